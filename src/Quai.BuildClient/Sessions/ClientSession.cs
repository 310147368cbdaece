using System.Globalization;
using Grpc.Core;
using Quai.BuildProtocol.ClientFiles;
using Quai.BuildProtocol.Content;
using Quai.BuildProtocol.Folders;
using Quai.BuildProtocol.Health;
using Quai.BuildProtocol.Secrets;
using Quai.BuildProtocol.Ssh;
using Quai.BuildProtocol.Uploads;
using Quai.Errors;
using Quai.Linux;
using Quai.Rpc.Serving;

namespace Quai.BuildClient.Sessions;

/// <summary>A session: a connection on which the builder calls this client.</summary>
internal sealed class ClientSession : IAsyncDisposable
{
    private const string Expose = "X-Docker-Expose-Session-";

    private readonly StreamServer _server;
    private readonly Stream _connection;
    private readonly Task _serving;

    private ClientSession(StreamServer server, Stream connection)
    {
        _server = server;
        _connection = connection;
        _serving = server.ServeAsync(connection);
    }

    /// <summary>Opens one.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="contents">What it offers.</param>
    /// <param name="connect">Opens the connection, by the headers that the builder is told.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<ClientSession> OpenAsync(
        string id, SessionContents contents, Func<IReadOnlyList<KeyValuePair<string, string>>, CancellationToken, Task<Stream>> connect, CancellationToken cancellation)
    {
        List<KeyValuePair<string, string>> headers = [new(Expose + "Uuid", id), new(Expose + "Name", "quai"), new(Expose + "Sharedkey", contents.SharedKey)];
        StreamServer server = await StreamServer.StartAsync(binder => Bind(new Recorder(binder, m => headers.Add(new(Expose + "Grpc-Method", m))), contents), Describe).ConfigureAwait(false);
        try
        {
            return new ClientSession(server, await connect(headers, cancellation).ConfigureAwait(false));
        }
        catch
        {
            await server.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync().ConfigureAwait(false);
        await _server.DisposeAsync().ConfigureAwait(false);
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static void Bind(ServiceBinderBase binder, SessionContents contents)
    {
        Health.BindService(binder, new HealthAnswers());
        if (contents.Folders.Count > 0)
        {
            FileSync.BindService(binder, new FolderService(contents.Folders));
            Folders.BindService(binder, new FolderLists(contents.Folders));
        }

        if (contents.Archives.Count > 0)
        {
            Upload.BindService(binder, new UploadService(contents.Archives));
        }

        if (contents.Logins is { } logins)
        {
            Auth.BindService(new OnlyMethod(binder, "Credentials"), new LoginService(logins));
        }

        if (contents.Secrets.Count > 0)
        {
            Secrets.BindService(binder, new SecretService(contents.Secrets));
        }

        if (contents.Agents.Count > 0)
        {
            SSH.BindService(binder, new AgentService(contents.Agents));
        }

        if (contents.Layouts.Count > 0)
        {
            Content.BindService(binder, new LayoutService(contents.Layouts));
        }

        if (contents.Targets.Any(t => t is not null))
        {
            new OutputService(contents.Targets).Bind(binder);
        }
    }

    private static RpcException Describe(Exception error) => new(new Grpc.Core.Status(error is QuaiException { Kind: ErrorKind.NotFound } ? StatusCode.NotFound : StatusCode.Unknown, error switch
    {
        LinuxException or QuaiException or IOException => error.Message,
        _ => string.Create(CultureInfo.InvariantCulture, $"{error.GetType().Name}: {error.Message}"),
    }));

    private sealed class HealthAnswers : Health.HealthBase
    {
        public override Task<HealthCheckResponse> Check(HealthCheckRequest request, ServerCallContext context) =>
            Task.FromResult(new HealthCheckResponse { Status = HealthCheckResponse.Types.ServingStatus.Serving });
    }

    /// <summary>Passes methods on, and notes their paths.</summary>
    private sealed class Recorder(ServiceBinderBase inner, Action<string> note) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        {
            note(method.FullName);
            inner.AddMethod(method, handler!);
        }

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
        {
            note(method.FullName);
            inner.AddMethod(method, handler!);
        }

        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
        {
            note(method.FullName);
            inner.AddMethod(method, handler!);
        }
    }

    /// <summary>Passes one method on: a builder that hears of the others asks for tokens by them.</summary>
    private sealed class OnlyMethod(ServiceBinderBase inner, string name) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
        {
            if (method.Name == name)
            {
                inner.AddMethod(method, handler!);
            }
        }
    }
}
