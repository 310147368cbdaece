using System.Diagnostics.CodeAnalysis;

namespace Quai.BuildKit.Sessions;

/// <summary>
/// Things by their ids, of which one may be asked for shortly before it comes: requests of a client go beside each other, and overtake one another.
/// </summary>
/// <typeparam name="T">What they are.</typeparam>
internal sealed class Arrivals<T>
    where T : class
{
    private readonly Dictionary<string, T> _here = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Waiting> _awaited = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>All that are here.</summary>
    public IReadOnlyList<T> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _here.Values];
            }
        }
    }

    /// <summary>Adds one; false where there is one with that id.</summary>
    public bool TryAdd(string id, T item)
    {
        Waiting? waiting;
        lock (_gate)
        {
            if (!_here.TryAdd(id, item))
            {
                return false;
            }

            _awaited.Remove(id, out waiting);
        }

        waiting?.Come.TrySetResult(item);
        return true;
    }

    /// <summary>Removes one, unless another has taken its place.</summary>
    public void Remove(string id, T item)
    {
        lock (_gate)
        {
            if (_here.TryGetValue(id, out T? here) && ReferenceEquals(here, item))
            {
                _here.Remove(id);
            }
        }
    }

    /// <summary>Finds one that is here.</summary>
    public bool TryGet(string id, [MaybeNullWhen(false)] out T item)
    {
        lock (_gate)
        {
            return _here.TryGetValue(id, out item);
        }
    }

    /// <summary>Finds one, or waits for it; null where it does not come in time.</summary>
    public async Task<T?> WaitAsync(string id, TimeSpan patience, CancellationToken cancellation)
    {
        Waiting? waiting;
        lock (_gate)
        {
            if (_here.TryGetValue(id, out T? here))
            {
                return here;
            }

            if (!_awaited.TryGetValue(id, out waiting))
            {
                _awaited.Add(id, waiting = new Waiting());
            }

            waiting.Count++;
        }

        try
        {
            return await waiting.Come.Task.WaitAsync(patience, cancellation).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            return null;
        }
        finally
        {
            lock (_gate)
            {
                // Nobody else waits: what never comes is not remembered.
                if (--waiting.Count == 0 && _awaited.TryGetValue(id, out Waiting? current) && ReferenceEquals(current, waiting))
                {
                    _awaited.Remove(id);
                }
            }
        }
    }

    private sealed class Waiting
    {
        public TaskCompletionSource<T> Come { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public int Count { get; set; }
    }
}
