// The receipt that a device has a message (contract section 9).
import assert from "node:assert/strict";
import { isoTime } from "../support/api.mjs";
import { describeChatd } from "../support/chatd.mjs";
import { chattingPair } from "../support/people.mjs";

describeChatd("delivery receipts", {}, (server, check) => {
  check("the author hears them, nobody else; nothing is told of the own message", async () => {
    const { alice, bob, aliceTab, bobTab, conversationId } = await chattingPair(server);
    const { id } = await alice.say(conversationId, "x");
    await bobTab.do("message_delivered", { messageId: id });
    const heard = await aliceTab.waitFor("message_delivered_to");
    assert.equal(heard.messageId, id);
    assert.equal(heard.userId, bob.id);
    assert.match(heard.deliveredAt, isoTime);
    await aliceTab.do("message_delivered", { messageId: id });
    await bobTab.settle();
    assert.deepEqual(bobTab.all("message_delivered_to"), []);
    await aliceTab.settle();
    assert.equal(aliceTab.all("message_delivered_to").length, 1);
  });

  check("outsiders cannot send one", async () => {
    const { alice, conversationId } = await chattingPair(server);
    const { id } = await alice.say(conversationId, "x");
    const { bobTab: stranger } = await chattingPair(server);
    assert.equal((await stranger.ask("message_delivered", { messageId: id })).code, "FORBIDDEN");
  });
});
