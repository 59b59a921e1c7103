#include <chatd/app/process.hpp>

int main(int argc, char** argv)
{
    return chatd::app::run_chatd(argc, argv);
}
