namespace Quai.Networks.Dns.Names;

/// <summary>The names on one network as they change. Safe for concurrent use; who reads never waits.</summary>
/// <param name="name">The network's name.</param>
public sealed class NetworkNameTable(string name)
{
    private NetworkNames _current = new(name, []);

    /// <summary>The names now.</summary>
    public NetworkNames Current => Volatile.Read(ref _current);

    /// <summary>Adds an endpoint, or puts it in the place of the one with its id.</summary>
    public void Add(NamedEndpoint endpoint) => Change(names => names.With(endpoint));

    /// <summary>Takes an endpoint away, if it is there.</summary>
    public void Remove(string id) => Change(names => names.Without(id));

    private void Change(Func<NetworkNames, NetworkNames> change)
    {
        NetworkNames before;
        do
        {
            before = Current;
        }
        while (Interlocked.CompareExchange(ref _current, change(before), before) != before);
    }
}
