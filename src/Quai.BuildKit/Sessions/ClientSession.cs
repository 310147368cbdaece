using Google.Protobuf;
using Grpc.Core;
using Quai.Build.Sessions;
using Quai.BuildProtocol.ClientFiles;
using Quai.BuildProtocol.Folders;
using Quai.BuildProtocol.Secrets;
using Quai.BuildProtocol.Ssh;
using Quai.BuildProtocol.Uploads;
using Quai.BuildTransfer;
using Quai.Errors;
using Quai.Registry;
using Quai.Rpc.Calling;

namespace Quai.BuildKit.Sessions;

/// <summary>A client's session: what it offers, asked for by BuildKit's services.</summary>
/// <param name="offer">What the client says of it.</param>
/// <param name="calls">Calls to the client.</param>
internal sealed class ClientSession(SessionOffer offer, SessionCalls calls) : IBuildSession
{
    private const string FileSync = "/moby.filesync.v1.FileSync/DiffCopy", FileSend = "/moby.filesync.v1.FileSend/DiffCopy", Pull = "/moby.upload.v1.Upload/Pull",
        Credentials = "/moby.filesync.v1.Auth/Credentials", GetSecret = "/moby.buildkit.secrets.v1.Secrets/GetSecret",
        CheckAgent = "/moby.sshforward.v1.SSH/CheckAgent", ForwardAgent = "/moby.sshforward.v1.SSH/ForwardAgent",
        CompareFolder = "/quai.build.v1.Folders/Compare", ReadContent = "/containerd.services.content.v1.Content/Read";

    /// <summary>The registry that clients have Docker Hub's credentials under.</summary>
    private const string Hub = "registry-1.docker.io";

    /// <inheritdoc/>
    public string Id => offer.Id;

    /// <inheritdoc/>
    public string SharedKey => offer.SharedKey;

    /// <inheritdoc/>
    public Task<(bool IsSame, byte[] Listing)> CompareAsync(ContextRequest request, byte[] listing, CancellationToken cancellation) => !calls.Has(CompareFolder) ? Task.FromResult((false, Array.Empty<byte>())) : calls.MakeAsync(
        async token =>
        {
            var question = new CompareRequest { Name = request.Name, Include = { request.Include }, Exclude = { request.Exclude }, Follow = { request.Follow }, Listing = ByteString.CopyFrom(listing) };
            CompareResponse answer = await new Folders.FoldersClient(calls.Invoker).CompareAsync(question, cancellationToken: token).ResponseAsync.ConfigureAwait(false);
            return (answer.Same, answer.Listing.ToByteArray());
        },
        cancellation);

    /// <inheritdoc/>
    public Task SyncAsync(ContextRequest request, IContextUpdate update, CancellationToken cancellation)
    {
        calls.Require(FileSync);
        Metadata headers = new() { { "override-excludes", "true" } };
        StreamInvoker.AddAll(headers, "dir-name", [request.Name]);
        StreamInvoker.AddAll(headers, "include-patterns", request.Include);
        StreamInvoker.AddAll(headers, "exclude-patterns", request.Exclude);
        StreamInvoker.AddAll(headers, "followpaths", request.Follow);
        return calls.MakeAsync(
            async token =>
            {
                using var call = new FileSync.FileSyncClient(calls.Invoker).DiffCopy(headers, cancellationToken: token);
                try
                {
                    await new TreeReceiver(PacketExchange.Calling(call), update).RunAsync(token).ConfigureAwait(false);
                }
                catch (RpcException e) when (e.Status.Detail.Contains(nameof(InvalidProtocolBufferException), StringComparison.Ordinal))
                {
                    // Clients send names as they are; messages have letters alone.
                    throw QuaiException.Invalid($"the name of a file in the folder \"{request.Name}\" is not UTF-8: rename it, or leave it out by the ignore file", e);
                }

                return true;
            },
            cancellation);
    }

    /// <inheritdoc/>
    public Task SendTreeAsync(int exporter, ISentTree tree, CancellationToken cancellation)
    {
        calls.Require(FileSend);
        return calls.MakeAsync(
            async token =>
            {
                using var call = calls.Invoker.AsyncDuplexStreamingCall(PacketMethods.FileSend, null, new CallOptions(Exporter(exporter), cancellationToken: token));
                await new TreeSender(PacketExchange.Calling(call), tree).RunAsync(token).ConfigureAwait(false);
                return true;
            },
            cancellation);
    }

    /// <inheritdoc/>
    public Task<Stream> SendFileAsync(int exporter, IReadOnlyDictionary<string, string> attributes, CancellationToken cancellation)
    {
        calls.Require(FileSend);
        Metadata headers = Exporter(exporter);
        foreach ((string name, string value) in attributes)
        {
            StreamInvoker.AddAll(headers, "exporter-md-" + name.ToLowerInvariant(), [value]);
        }

        CancellationTokenSource life = calls.Link(cancellation);
        var call = new FileSend.FileSendClient(calls.Invoker).DiffCopy(headers, cancellationToken: life.Token);
        return Task.FromResult<Stream>(new MessageStream<BuildProtocol.ClientFiles.BytesMessage>(
            call, data => new BuildProtocol.ClientFiles.BytesMessage { Data = data }, m => m.Data, new CallLife(life, calls, cancellation), confirms: true));
    }

    /// <inheritdoc/>
    public async Task<Stream> ReceiveUploadAsync(string id, CancellationToken cancellation)
    {
        calls.Require(Pull);
        Metadata headers = new() { { "urlpath", "/" + id }, { "urlhost", "buildkit-session" } };
        CancellationTokenSource life = calls.Link(cancellation);
        var call = new Upload.UploadClient(calls.Invoker).Pull(headers, cancellationToken: life.Token);
        var stream = new MessageStream<BuildProtocol.Uploads.BytesMessage>(
            call, data => new BuildProtocol.Uploads.BytesMessage { Data = data }, m => m.Data, new CallLife(life, calls, cancellation), confirms: false);
        await stream.CompleteAsync().ConfigureAwait(false);
        return stream;
    }

    /// <inheritdoc/>
    public IClientContent OpenContent(string store)
    {
        calls.Require(ReadContent);
        return new ClientContent(store, calls);
    }

    /// <inheritdoc/>
    public async Task<RegistryAuth?> CredentialsAsync(string host, CancellationToken cancellation)
    {
        if (!calls.Has(Credentials))
        {
            return null;
        }

        string known = host is "docker.io" or "index.docker.io" ? Hub : host;
        CredentialsResponse answer = await calls.MakeAsync(
            token => new Auth.AuthClient(calls.Invoker).CredentialsAsync(new CredentialsRequest { Host = known }, cancellationToken: token).ResponseAsync, cancellation).ConfigureAwait(false);
        return answer switch
        {
            { Secret: "" } => null,
            // A secret without a user is a token that is exchanged for others.
            { Username: "" } => new RegistryAuth(null, null, answer.Secret, null, host),
            _ => new RegistryAuth(answer.Username, answer.Secret, null, null, host),
        };
    }

    /// <inheritdoc/>
    public async Task<byte[]?> SecretAsync(string id, CancellationToken cancellation)
    {
        if (!calls.Has(GetSecret))
        {
            return null;
        }

        try
        {
            GetSecretResponse answer = await calls.MakeAsync(
                token => new Secrets.SecretsClient(calls.Invoker).GetSecretAsync(new GetSecretRequest { ID = id }, cancellationToken: token).ResponseAsync, cancellation).ConfigureAwait(false);
            return answer.Data.ToByteArray();
        }
        catch (QuaiException e) when (e.Kind == ErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task<bool> HasAgentAsync(string id, CancellationToken cancellation)
    {
        if (!calls.Has(CheckAgent))
        {
            return false;
        }

        try
        {
            await calls.MakeAsync(
                token => new SSH.SSHClient(calls.Invoker).CheckAgentAsync(new CheckAgentRequest { ID = id }, cancellationToken: token).ResponseAsync, cancellation).ConfigureAwait(false);
            return true;
        }
        catch (QuaiException e) when (e.Kind != ErrorKind.Unavailable)
        {
            // Clients give no status of its own to an agent that they do not forward.
            return false;
        }
    }

    /// <inheritdoc/>
    public Task<Stream> ConnectAgentAsync(string id, CancellationToken cancellation)
    {
        calls.Require(ForwardAgent);
        Metadata headers = [];
        StreamInvoker.AddAll(headers, "buildkit.ssh.id", [id]);
        CancellationTokenSource life = calls.Link(cancellation);
        var call = new SSH.SSHClient(calls.Invoker).ForwardAgent(headers, cancellationToken: life.Token);
        return Task.FromResult<Stream>(new MessageStream<BuildProtocol.Ssh.BytesMessage>(
            call, data => new BuildProtocol.Ssh.BytesMessage { Data = data }, m => m.Data, new CallLife(life, calls, cancellation), confirms: false));
    }

    private static Metadata Exporter(int index) => new() { { "buildkit-attachable-exporter-id", index.ToString(System.Globalization.CultureInfo.InvariantCulture) } };
}
