using System.Runtime;
using Quai.Linux;

namespace Quai.Daemon.Lifetime;

/// <summary>
/// Counts the requests in progress and, when the daemon has been idle for a while after work, returns memory to the system once:
/// what its parts hold only to be fast, by a compacting collection, then the C library's own free pages, and those of the program's file.
/// </summary>
internal sealed class Activity : IDisposable
{
    private readonly ITimer _timer;
    private readonly TimeSpan _idle;
    private readonly Action _rest;
    private long _begun;
    private long _begunAtTrim;

    /// <summary>Starts counting.</summary>
    /// <param name="idle">How long nothing must have started.</param>
    /// <param name="rest">Has the parts give up what they hold only to be fast.</param>
    /// <param name="time">The clock.</param>
    public Activity(TimeSpan idle, Action rest, TimeProvider time)
    {
        _idle = idle;
        _rest = rest;
        _timer = time.CreateTimer(static state => ((Activity)state!).OnIdle(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Records that a request begins.</summary>
    public Busy Begin()
    {
        Interlocked.Increment(ref _begun);
        return new(this);
    }

    /// <summary>Returns memory now.</summary>
    public static void ReturnMemory()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        FreeMemory.Release();
        ProgramPages.Release();
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private void OnIdle()
    {
        long begun = Interlocked.Read(ref _begun);
        if (begun != _begunAtTrim)
        {
            _begunAtTrim = begun;
            _rest();
            ReturnMemory();
        }
    }

    /// <summary>A request in progress.</summary>
    internal readonly struct Busy(Activity owner) : IDisposable
    {
        /// <summary>Records its end; restarts the timer.</summary>
        public void Dispose() => owner._timer.Change(owner._idle, Timeout.InfiniteTimeSpan);
    }
}
