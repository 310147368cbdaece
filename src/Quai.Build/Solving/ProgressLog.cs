using System.Runtime.CompilerServices;
using Quai.Build.Graphs;
using Quai.Build.Progress;

namespace Quai.Build.Solving;

/// <summary>All that has happened in a build, for whoever watches it, from the beginning.</summary>
internal sealed class ProgressLog(TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly List<BuildEvent> _events = [];
    private TaskCompletionSource _more = NewSignal();
    private bool _isComplete;

    public void Add(BuildEvent happened)
    {
        TaskCompletionSource signal;
        lock (_lock)
        {
            if (_isComplete)
            {
                return;
            }

            _events.Add(happened);
            signal = _more;
            _more = NewSignal();
        }

        signal.SetResult();
    }

    /// <summary>What has happened until now.</summary>
    public IReadOnlyList<BuildEvent> Snapshot()
    {
        lock (_lock)
        {
            return [.. _events];
        }
    }

    /// <summary>Nothing more happens.</summary>
    public void Complete()
    {
        TaskCompletionSource signal;
        lock (_lock)
        {
            _isComplete = true;
            signal = _more;
            _more = NewSignal();
        }

        signal.SetResult();
    }

    public async IAsyncEnumerable<BuildEvent> WatchAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        for (int at = 0; ; at++)
        {
            BuildEvent? next = null;
            while (next is null)
            {
                Task more;
                lock (_lock)
                {
                    if (at < _events.Count)
                    {
                        next = _events[at];
                        break;
                    }

                    if (_isComplete)
                    {
                        yield break;
                    }

                    more = _more.Task;
                }

                await more.WaitAsync(cancellation).ConfigureAwait(false);
            }

            yield return next;
        }
    }

    /// <summary>The progress of one step.</summary>
    public VertexProgress Of(Vertex vertex) => new(this, vertex, time);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
