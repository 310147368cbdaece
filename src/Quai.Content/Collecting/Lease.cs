namespace Quai.Content.Collecting;

/// <summary>One operation's hold on blobs and layers, until disposed. Acquired before checking whether they exist.</summary>
public sealed class Lease : IDisposable
{
    private readonly Leases _leases;
    private HashSet<string>? _ids = [];

    internal Lease(Leases leases) => _leases = leases;

    /// <summary>Holds a digest or chain id.</summary>
    public void Hold(string id)
    {
        lock (_leases)
        {
            ObjectDisposedException.ThrowIf(_ids is null, this);
            if (_ids.Add(id))
            {
                _leases.Add(id);
            }
        }
    }

    /// <summary>Releases all of it.</summary>
    public void Dispose()
    {
        lock (_leases)
        {
            if (_ids is not null)
            {
                _leases.Release(_ids);
                _ids = null;
            }
        }
    }
}
