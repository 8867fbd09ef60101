// A host in C++ with a ring, slots and opcodes of its own: each worker has a queue, a slot may wait for a word of the
// memory, and one that waits in vain is recorded as a hang, with what it waits for.
//
//     c++ -std=c++17 own_ring.cc $(pkg-config --cflags --libs vrrl) -pthread -o host
//     ./host record run.vrrd 100   # 100 epochs; 0: until it is killed, which leaves run.vrrd.partial
//     ./host hang hang.vrrd        # the last epoch never ends
//     ./host replay run.vrrd       # the same build: SAME; a build with -DBUG: where it differs
#include <vrrl/run/host_replay.h>
#include <vrrl/run/recorder.h>
#include <vrrl/run/report.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <vector>

namespace
{

// ---- The megakernel ----------------------------------------------------------------------------

constexpr uint32_t ring_slots = 32, queues = 2, rows = 4, columns = 32, arguments_max = 26;
constexpr auto patience = std::chrono::seconds(1);
enum class Op : uint32_t { quantize = 0x100, dot = 0x101 };
enum class State : uint32_t { free, published, claimed, done };

struct alignas(128) Slot {
    std::atomic<State> state{State::free};
    uint32_t opcode, queue;
    uint64_t ended_at;
    std::array<uint32_t, arguments_max> args;
};
static_assert(sizeof(Slot) == 128, "slots of 128 bytes");

// The slots of one worker, in the order in which they were published; no more are in flight than the ring has.
struct Queue {
    std::array<uint32_t, ring_slots> indices;
    std::atomic<uint64_t> published{0};
};

struct Memory {
    uint32_t activations[rows * columns];
    uint32_t quantized[rows * columns];
    uint32_t ready[rows]; // counts up with each epoch
    uint32_t dots[rows];
};

class Megakernel
{
  public:
    Megakernel()
    {
        for (uint32_t q = 0; q < queues; q++)
            workers.emplace_back([this, q] { work(q); });
    }
    ~Megakernel()
    {
        shut_down = true;
        for (auto &worker : workers)
            worker.join();
    }
    void publish(uint32_t index, uint32_t opcode, uint32_t queue, const uint32_t *args,
                 uint32_t count)
    {
        Slot &slot = ring[index];
        slot.opcode = opcode;
        slot.queue = queue;
        slot.args.fill(0);
        for (uint32_t i = 0; i < count && i < slot.args.size(); i++)
            slot.args[i] = args[i];
        slot.state.store(State::published, std::memory_order_release);
        Queue &own = queue_of[queue];
        own.indices[own.published % ring_slots] = index;
        own.published.fetch_add(1, std::memory_order_release);
    }
    // False where it has not ended in time.
    bool wait(uint32_t index)
    {
        const auto until = std::chrono::steady_clock::now() + patience;
        while (ring[index].state.load(std::memory_order_acquire) != State::done) {
            if (std::chrono::steady_clock::now() > until)
                return false;
            std::this_thread::yield();
        }
        return true;
    }
    vrrl_recorder_completion take(uint32_t index)
    {
        Slot &slot = ring[index];
        vrrl_recorder_completion end{};
        end.index = index;
        end.status = VRRL_STATUS_DONE;
        end.worker = slot.queue;
        end.ended = slot.ended_at;
        end.result = result_of(slot);
        slot.state = State::free;
        return end;
    }
    bool in_flight(uint32_t index) const { return ring[index].state != State::free; }
    // What a slot that does not end waits for.
    vrrl_recorder_waiter waiter(uint32_t index) const
    {
        const Slot &slot = ring[index];
        vrrl_recorder_waiter w{};
        w.index = index;
        w.status = slot.state == State::claimed ? VRRL_STATUS_CLAIMED : VRRL_STATUS_PUBLISHED;
        w.worker = slot.queue;
        w.region = VRRL_NO_INDEX;
        if (Op(slot.opcode) == Op::dot) {
            w.region = 2; // of `ready`, below
            w.word = slot.args[0];
            w.wanted = slot.args[1];
            w.seen = __atomic_load_n(&memory.ready[w.word], __ATOMIC_RELAXED);
        }
        return w;
    }

    Memory memory{};

  private:
    void quantize(const Slot &slot) // row, step
    {
        const uint32_t row = slot.args[0], step = slot.args[1];
        for (uint32_t i = row * columns; i < (row + 1) * columns; i++)
            memory.quantized[i] = memory.activations[i] / step;
    }
    void dot(const Slot &slot) // row, the value of `ready` that it waits for
    {
        const uint32_t row = slot.args[0];
        while (__atomic_load_n(&memory.ready[row], __ATOMIC_ACQUIRE) < slot.args[1] && !shut_down)
            std::this_thread::yield();
        uint32_t sum = 0, first = row * columns, last = first + columns;
#ifdef BUG
        last -= row == 1; // the last column of the second row is left out
#endif
        for (uint32_t i = first; i < last; i++)
            sum += memory.quantized[i] * memory.quantized[i];
        memory.dots[row] = sum;
    }
    void run(Slot &slot)
    {
        if (Op(slot.opcode) == Op::quantize)
            quantize(slot);
        else
            dot(slot);
        slot.ended_at = ++ends;
        if (Op(slot.opcode) == Op::quantize) // behind its end: the dot ends later
            __atomic_fetch_add(&memory.ready[slot.args[0]], 1, __ATOMIC_RELEASE);
        slot.state.store(State::done, std::memory_order_release);
    }
    // A queue is run in order.
    void work(uint32_t queue)
    {
        const Queue &own = queue_of[queue];
        for (uint64_t taken = 0; !shut_down;) {
            if (own.published.load(std::memory_order_acquire) == taken) {
                std::this_thread::yield();
                continue;
            }
            Slot &slot = ring[own.indices[taken++ % ring_slots]];
            slot.state = State::claimed;
            run(slot);
        }
    }
    uint64_t result_of(const Slot &slot) const
    {
        const uint32_t row = slot.args[0];
        uint64_t fold = 1;
        if (Op(slot.opcode) == Op::dot)
            return fold << 32 | memory.dots[row];
        for (uint32_t i = row * columns; i < (row + 1) * columns; i++)
            fold = fold * 31 + memory.quantized[i];
        return fold | 1;
    }

    std::array<Slot, ring_slots> ring;
    std::array<Queue, queues> queue_of;
    std::atomic<uint64_t> ends{0};
    std::atomic<bool> shut_down{false};
    std::vector<std::thread> workers; // last: they use what is above
};

// ---- What vrrl is told -------------------------------------------------------------------------

const char names[] = "opcode 0x100  QUANTIZE  row u32, step u32\n"
                     "opcode 0x101  DOT       row u32, ready u32\n";

const vrrl_recorder_region regions[] = {{"activations", rows *columns, VRRL_COMPARE_EXACT, 0},
                                        {"quantized", rows *columns, VRRL_COMPARE_EXACT, 0},
                                        {"ready", rows, VRRL_COMPARE_EXACT, 0},
                                        {"dots", rows, VRRL_COMPARE_EXACT, 0}};

uint32_t *place(Megakernel &kernel, uint32_t region)
{
    Memory &m = kernel.memory;
    uint32_t *const places[] = {m.activations, m.quantized, m.ready, m.dots};
    return places[region];
}

vrrl_code read_region(void *context, uint32_t region, uint32_t *words)
{
    std::memcpy(words, place(*static_cast<Megakernel *>(context), region),
                regions[region].words * sizeof *words);
    return VRRL_OK;
}

class Host
{
  public:
    Host(Megakernel &kernel, vrrl_recorder *recorder) : kernel(kernel), recorder(recorder) {}

    // One epoch: new activations; two slots a row, each on another queue. `hangs`: a row is never quantized.
    void run_epoch(uint32_t epoch, bool hangs)
    {
        for (uint32_t i = 0; i < rows * columns; i++)
            kernel.memory.activations[i] = epoch * 3 + i;
        vrrl_recorder_write(recorder, 0, 0, kernel.memory.activations, rows * columns);
        for (uint32_t row = 0; row < rows; row++)
            if (!(hangs && row == 3))
                publish(Op::quantize, row % queues, {row, epoch % 5 + 1});
        for (uint32_t row = 0; row < rows; row++)
            publish(Op::dot, (row + 1) % queues, {row, epoch + 1});
        finish();
    }

  private:
    void publish(Op op, uint32_t queue, std::array<uint32_t, 2> args)
    {
        vrrl_recorder_slot slot{};
        slot.index = next;
        slot.opcode = uint32_t(op);
        slot.queue = queue;
        slot.args = args.data();
        slot.arg_count = 2;
        vrrl_recorder_publish(recorder, &slot); // what it returns is worth a line in a log, no more
        kernel.publish(next, uint32_t(op), queue, args.data(), 2);
        pending.push_back(next);
        next = (next + 1) % ring_slots;
    }
    void finish()
    {
        std::vector<vrrl_recorder_waiter> waiters;
        for (uint32_t index : pending) {
            if (!kernel.wait(index)) {
                waiters.push_back(kernel.waiter(index));
                continue;
            }
            const vrrl_recorder_completion end = kernel.take(index);
            vrrl_recorder_complete(recorder, &end);
        }
        pending.clear();
        vrrl_backend_error error{};
        error.id = VRRL_BACKEND_ERROR_DISPATCH_FAILED;
        error.message = "launch timed out";
        vrrl_recorder_ending ending{};
        if (!waiters.empty()) {
            ending.verdict = VRRL_VERDICT_HANG;
            ending.error = &error;
            ending.waiters = waiters.data();
            ending.waiter_count = uint32_t(waiters.size());
        }
        vrrl_recorder_end(recorder, &ending);
    }

    Megakernel &kernel;
    vrrl_recorder *recorder;
    uint32_t next = 0;
    std::vector<uint32_t> pending;
};

vrrl_code record(const char *path, uint32_t epochs, bool hangs, vrrl_error *err)
{
    Megakernel kernel;
    vrrl_recorder *recorder;
    vrrl_recorder_options options;
    VRRL_OPTIONS_INIT(&options);
    options.name = "rows";
    options.backend = "two queues";
    options.ring_slots = ring_slots;
    options.slot_words = arguments_max + 3;
    options.regions = regions;
    options.region_count = sizeof regions / sizeof regions[0];
    options.read = read_region;
    options.context = &kernel;
    options.names = names;
    options.capacity_records = 1 << 12; // a ring: of a longer run the newest are kept
    const vrrl_code code = vrrl_recorder_open(path, &options, &recorder, err);
    if (code != VRRL_OK)
        return code;
    Host host(kernel, recorder);
    for (uint32_t epoch = 0; epochs == 0 || epoch < epochs; epoch++)
        host.run_epoch(epoch, hangs && epoch + 1 == epochs);
    std::printf("recorded: %u epochs\n", epochs);
    return vrrl_recorder_close(recorder, err);
}

// ---- Replay ------------------------------------------------------------------------------------

vrrl_code on_reset(void *context)
{
    static_cast<Megakernel *>(context)->memory = Memory{};
    return VRRL_OK;
}

vrrl_code on_write(void *context, uint32_t region, uint32_t first, const uint32_t *words,
                   uint32_t count)
{
    std::memcpy(place(*static_cast<Megakernel *>(context), region) + first, words,
                count * sizeof *words);
    return VRRL_OK;
}

vrrl_code on_publish(void *context, const vrrl_recorder_slot *slot)
{
    static_cast<Megakernel *>(context)->publish(slot->index, slot->opcode, slot->queue, slot->args,
                                                slot->arg_count);
    return VRRL_OK;
}

vrrl_code on_wait(void *context, uint32_t, vrrl_replay_epoch *epoch)
{
    Megakernel &kernel = *static_cast<Megakernel *>(context);
    for (uint32_t index = 0; index < ring_slots; index++) {
        if (!kernel.in_flight(index))
            continue;
        if (kernel.wait(index)) {
            const vrrl_recorder_completion end = kernel.take(index);
            vrrl_replay_ended(epoch, &end);
        } else {
            const vrrl_recorder_waiter waiter = kernel.waiter(index);
            vrrl_replay_waits(epoch, &waiter);
        }
    }
    return VRRL_OK;
}

int report(const vrrl_recording *recording, const vrrl_diff_result *result)
{
    char words[160];
    const vrrl_recording_info *info = vrrl_recording_info_of(recording);
    vrrl_report_recording_words(info, words, sizeof words);
    const vrrl_report_side recorded = {"recording", info->path, words, "recorded"};
    const vrrl_report_side replayed = {"replay", "this build", "two queues", "replayed"};
    vrrl_report_diff(vrrl_recording_program(recording), result, &recorded, &replayed, stdout);
    return vrrl_report_exit(result->outcome);
}

vrrl_code replay(const char *path, int *outcome, vrrl_error *err)
{
    Megakernel kernel;
    vrrl_recording *recording;
    vrrl_diff_result *result;
    vrrl_replay_host host;
    VRRL_OPTIONS_INIT(&host);
    host.context = &kernel;
    host.reset = on_reset;
    host.write = on_write;
    host.publish = on_publish;
    host.wait = on_wait;
    host.read = read_region;
    vrrl_code code = vrrl_recording_open(path, &recording, err);
    if (code != VRRL_OK)
        return code;
    code = vrrl_replay_on_host(recording, &host, &result, err);
    if (code == VRRL_OK) {
        *outcome = report(recording, result);
        vrrl_diff_result_free(result);
    }
    vrrl_recording_close(recording);
    return code;
}

} // namespace

int main(int count, char **arguments)
{
    vrrl_error err;
    vrrl_code code;
    int outcome = 0;
    if (count < 3)
        return 2;
    const std::string what = arguments[1];
    const uint32_t epochs = count > 3 ? uint32_t(std::atoi(arguments[3])) : 100;
    if (what == "replay")
        code = replay(arguments[2], &outcome, &err);
    else
        code = record(arguments[2], what == "hang" ? 3 : epochs, what == "hang", &err);
    if (code != VRRL_OK)
        std::fprintf(stderr, "%s\n%s\n", err.text, err.fix);
    return code == VRRL_OK ? outcome : 2;
}
