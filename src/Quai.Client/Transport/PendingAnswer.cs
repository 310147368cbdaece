namespace Quai.Client.Transport;

/// <summary>A request that has been sent, but whose answer has not been awaited yet. Taking the answer transfers ownership of the connection.</summary>
public sealed class PendingAnswer : IDisposable
{
    private Connection? _connection;

    internal PendingAnswer(Connection connection) => _connection = connection;

    /// <summary>Waits for a successful answer. It can be taken once.</summary>
    /// <exception cref="DaemonException">The daemon refused.</exception>
    public async Task<ResponseStream> AnswerAsync(CancellationToken cancellation = default)
    {
        Connection connection = _connection ?? throw new InvalidOperationException("the answer has been taken");
        ResponseHead head = await connection.ReadHeadAsync(cancellation);
        _connection = null;
        return await HttpTransport.CheckAsync(new ResponseStream(head, connection, null, hasBody: true), cancellation);
    }

    /// <summary>Waits until the connection is a bidirectional stream. It can be taken once.</summary>
    /// <exception cref="DaemonException">The daemon refused.</exception>
    public async Task<Connection> UpgradeAsync(CancellationToken cancellation = default)
    {
        Connection connection = _connection ?? throw new InvalidOperationException("the answer has been taken");
        ResponseHead head = await connection.ReadHeadAsync(cancellation);
        _connection = null;
        if (head.Status is 101 or 200)
        {
            return connection;
        }

        await (await HttpTransport.CheckAsync(new ResponseStream(head, connection, null, hasBody: true), cancellation)).DisposeAsync();
        throw new ConnectionException($"unable to upgrade to tcp, received {head.Status}");
    }

    /// <inheritdoc/>
    public void Dispose() => _connection?.Dispose();
}
