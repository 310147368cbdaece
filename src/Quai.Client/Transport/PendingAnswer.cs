namespace Quai.Client.Transport;

/// <summary>A request that is on its way, whose answer nobody has waited for yet. Whoever has taken the answer owns the connection.</summary>
public sealed class PendingAnswer
{
    private readonly Connection _connection;

    internal PendingAnswer(Connection connection) => _connection = connection;

    /// <summary>Waits for the answer of success.</summary>
    /// <exception cref="DaemonException">The daemon refused.</exception>
    public async Task<ResponseStream> AnswerAsync(CancellationToken cancellation = default) =>
        await HttpTransport.CheckAsync(new ResponseStream(await _connection.ReadHeadAsync(cancellation), _connection, null, hasBody: true), cancellation);

    /// <summary>Waits until the connection is a stream both ways.</summary>
    /// <exception cref="DaemonException">The daemon refused.</exception>
    public async Task<Connection> UpgradeAsync(CancellationToken cancellation = default)
    {
        ResponseHead head = await _connection.ReadHeadAsync(cancellation);
        if (head.Status is not (101 or 200))
        {
            await (await HttpTransport.CheckAsync(new ResponseStream(head, _connection, null, hasBody: true), cancellation)).DisposeAsync();
            throw new ConnectionException($"unable to upgrade to tcp, received {head.Status}");
        }

        return _connection;
    }
}
