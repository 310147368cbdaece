using System.Collections.Concurrent;
using System.Diagnostics;

namespace Quai.Fuzzing;

/// <summary>Tries inputs one by one on a separate thread, which is abandoned if an input never ends.</summary>
internal sealed class Trial(Property property, CurrentInput? current) : IDisposable
{
    // A timeout for what ought to take milliseconds on a machine that may be very busy.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private const int MaxSentence = 8192;

    // A sentence may quote what it refuses three times, as Go's do (the value, the unit, the duration), each character as up to six.
    private const int MaxQuoting = 18;

    private BlockingCollection<(byte[] Input, TaskCompletionSource<Outcome> Done)>? _queue;

    /// <summary>Whether an input never ended: its thread still works on it, and no other can be tried.</summary>
    public bool IsStuck { get; private set; }

    public void Dispose() => _queue?.CompleteAdding();

    public Outcome Of(byte[] input)
    {
        current?.Set(input);
        Outcome outcome = Once(input, out TimeSpan time);
        for (int again = 0; again < 2 && outcome.Broken is null && time > property.MaxTime; again++)
        {
            outcome = Once(input, out time);
        }

        return outcome.Broken is null && time > property.MaxTime ? Outcome.Exceeded($"takes longer than {property.MaxTime.TotalSeconds} s") : outcome;
    }

    private Outcome Once(byte[] input, out TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan used = Environment.CpuUsage.TotalTime;
        TaskCompletionSource<Outcome> done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        Queue().Add((input, done));
        if (done.Task.Wait(Patience))
        {
            // On a busy machine the clock says little: computing time counts. Anything that waits instead never ends, see below.
            TimeSpan elapsed = Stopwatch.GetElapsedTime(start), computed = Environment.CpuUsage.TotalTime - used;
            time = computed < elapsed ? computed : elapsed;
            return done.Task.Result;
        }

        IsStuck = true;
        time = default;
        return Outcome.Exceeded("never ends");
    }

    private BlockingCollection<(byte[] Input, TaskCompletionSource<Outcome> Done)> Queue()
    {
        if (_queue is null)
        {
            _queue = [];
            new Thread(Work) { IsBackground = true, Name = property.Name }.Start();
        }

        return _queue;
    }

    private void Work()
    {
        foreach ((byte[] input, TaskCompletionSource<Outcome> done) in _queue!.GetConsumingEnumerable())
        {
            done.SetResult(Measure(input));
        }
    }

    private Outcome Measure(byte[] input)
    {
        long before = Allocated();
        Exception? refusal = null;
        try
        {
            property.Check(input).GetAwaiter().GetResult();
        }
        catch (Exception e) when (property.Refuses(e))
        {
            refusal = e;
        }
        catch (Exception e)
        {
            return Outcome.Failed(e);
        }

        long allocated = Allocated() - before;
        return allocated > property.MaxAllocation ? Outcome.Exceeded($"allocates more than {property.MaxAllocation >> 20} MiB")
            : refusal is not null && (refusal.Message.Length == 0 || refusal.Message.Length > MaxSentence + (MaxQuoting * input.Length)) ? Outcome.Failed(new InvalidOperationException("is refused without a sentence", refusal))
            : Outcome.Held(refusal, allocated);
    }

    private long Allocated() => property.IsSynchronous ? GC.GetAllocatedBytesForCurrentThread() : GC.GetTotalAllocatedBytes();
}
