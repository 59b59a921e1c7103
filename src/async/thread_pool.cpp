#include <chatd/async/thread_pool.hpp>
#include <chatd/base/log.hpp>

#include <cerrno>
#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

namespace chatd::async {
namespace {

/// On Linux the nice value belongs to the thread (setpriority(2), "C library/kernel differences").
void settle(const thread_pool::options& o)
{
    constexpr std::size_t longest_name = 15;
    pthread_setname_np(pthread_self(), o.name.substr(0, longest_name).c_str());
    if (o.nice == 0)
        return;
    const auto self = static_cast<id_t>(gettid());
    if (setpriority(PRIO_PROCESS, self, getpriority(PRIO_PROCESS, self) + o.nice) != 0)
        log::warn("async", "pool thread keeps its priority", {{"pool", o.name}, {"errno", errno}});
}

} // namespace

thread_pool::thread_pool(loop& l, options o) : loop_(l), options_(std::move(o))
{
    threads_.reserve(options_.threads);
    for (std::size_t i = 0; i < options_.threads; ++i)
        threads_.emplace_back([this] { work(); });
}

thread_pool::~thread_pool()
{
    stop();
}

bool thread_pool::submit(job& j)
{
    {
        const std::lock_guard lock(mutex_);
        if (stopping_ || queue_.size() >= options_.max_queued)
            return false;
        queue_.push_back(&j);
    }
    wake_.notify_one();
    return true;
}

void thread_pool::stop()
{
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    for (auto& t : threads_)
        t.join();
    threads_.clear();
}

std::size_t thread_pool::queued() const
{
    const std::lock_guard lock(mutex_);
    return queue_.size();
}

void thread_pool::work()
{
    settle(options_);
    std::unique_lock lock(mutex_);
    for (;;) {
        wake_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (queue_.empty())
            return;
        job* const next = queue_.front();
        queue_.pop_front();
        lock.unlock();
        next->run();
        lock.lock();
    }
}

} // namespace chatd::async
