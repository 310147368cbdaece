namespace Quai.Networks.Dns.Forwarding;

/// <summary>How many questions may wait for other servers at a time. One may be shared by the servers of all containers.</summary>
/// <param name="most">As many.</param>
public sealed class OutstandingLimit(int most)
{
    private int _count;

    /// <summary>How many wait now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>Counts one more, unless there are too many.</summary>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _count) <= most)
        {
            return true;
        }

        Exit();
        return false;
    }

    /// <summary>Counts one less.</summary>
    public void Exit() => Interlocked.Decrement(ref _count);
}
