using System.Diagnostics;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Quai.Build.Sessions;
using Quai.BuildKit.Sessions;
using Quai.BuildKit.Tests.Clients;
using Quai.BuildKit.Tests.Fakes;
using Quai.BuildProtocol.ClientFiles;
using Quai.BuildProtocol.Secrets;
using Quai.BuildProtocol.Ssh;
using Quai.BuildProtocol.Uploads;
using Quai.Errors;
using Quai.Registry;
using FileBytes = Quai.BuildProtocol.ClientFiles.BytesMessage;
using SshBytes = Quai.BuildProtocol.Ssh.BytesMessage;
using UploadBytes = Quai.BuildProtocol.Uploads.BytesMessage;

namespace Quai.BuildKit.Tests;

/// <summary>What a client offers beside its files, and how a session comes and goes.</summary>
public sealed class SessionTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private static readonly string[] s_methods =
    [
        "/moby.filesync.v1.Auth/Credentials", "/moby.buildkit.secrets.v1.Secrets/GetSecret", "/moby.sshforward.v1.SSH/CheckAgent", "/moby.sshforward.v1.SSH/ForwardAgent",
        "/moby.upload.v1.Upload/Pull", "/moby.filesync.v1.FileSend/DiffCopy", "/moby.filesync.v1.FileSync/DiffCopy",
    ];

    [Fact]
    public async Task Credentials_secrets_and_agents_are_asked_for()
    {
        await using BuildHost host = await BuildHost.StartAsync();
        await using SessionClient client = await SessionClient.ConnectAsync(
            host.SocketPath,
            "s",
            b =>
            {
                Auth.BindService(b, new AuthOfClient());
                Secrets.BindService(b, new SecretsOfClient());
                SSH.BindService(b, new AgentOfClient());
            },
            string.Join(',', s_methods));
        IBuildSession session = await host.Sessions.GetAsync("s", default);
        Assert.Equal(new RegistryAuth("user of registry-1.docker.io", "pass", null, null, "docker.io"), await session.CredentialsAsync("docker.io", default));
        Assert.Equal(new RegistryAuth(null, null, "token", null, "token.example"), await session.CredentialsAsync("token.example", default));
        Assert.Null(await session.CredentialsAsync("anonymous.example", default));
        Assert.Equal("secret!"u8.ToArray(), await session.SecretAsync("known", default));
        Assert.Null(await session.SecretAsync("unknown", default));
        Assert.Equal("broken", (await Assert.ThrowsAsync<QuaiException>(() => session.SecretAsync("broken", default))).Message);
        Assert.True(await session.HasAgentAsync("default", default));
        Assert.False(await session.HasAgentAsync("other", default));
        await using Stream agent = await session.ConnectAgentAsync("default", default);
        await agent.WriteAsync("keys?"u8.ToArray());
        byte[] answer = new byte[13];
        await agent.ReadExactlyAsync(answer).AsTask().WaitAsync(s_patience);
        Assert.Equal("default:keys?", Encoding.ASCII.GetString(answer));
    }

    [Fact]
    public async Task A_client_that_offers_nothing_is_anonymous()
    {
        await using BuildHost host = await BuildHost.StartAsync();
        await using SessionClient client = await SessionClient.ConnectAsync(host.SocketPath, "s", _ => { });
        IBuildSession session = await host.Sessions.GetAsync("s", default);
        Assert.Null(await session.CredentialsAsync("x", default));
        Assert.Null(await session.SecretAsync("x", default));
        Assert.False(await session.HasAgentAsync("x", default));
        Assert.Equal(ErrorKind.NotImplemented, (await Assert.ThrowsAsync<QuaiException>(() => session.ConnectAgentAsync("x", default))).Kind);
        Assert.Equal(ErrorKind.NotImplemented, (await Assert.ThrowsAsync<QuaiException>(() => session.SendFileAsync(0, new Dictionary<string, string>(), default))).Kind);
    }

    [Fact]
    public async Task A_file_is_sent_whole_and_an_upload_is_pulled()
    {
        var target = new FileTargetOfClient();
        await using BuildHost host = await BuildHost.StartAsync();
        await using SessionClient client = await SessionClient.ConnectAsync(
            host.SocketPath,
            "s",
            b =>
            {
                FileSend.BindService(b, target);
                Upload.BindService(b, new UploadOfClient());
            },
            s_methods);
        IBuildSession session = await host.Sessions.GetAsync("s", default);
        byte[] sent = new byte[(5 << 20) + 3];
        Random.Shared.NextBytes(sent);
        await using (Stream file = await session.SendFileAsync(2, new Dictionary<string, string> { ["image.name"] = "a:1" }, default))
        {
            await file.WriteAsync(sent);
        }

        Assert.Equal(sent, target.Taken.ToArray());
        Assert.Equal(("2", "a:1"), (target.Headers!.GetValue("buildkit-attachable-exporter-id"), target.Headers.GetValue("exporter-md-image.name")));

        target.Failure = "disk full";
        Stream refused = await session.SendFileAsync(0, new Dictionary<string, string>(), default);
        QuaiException failed = await Assert.ThrowsAsync<QuaiException>(async () =>
        {
            await using (refused)
            {
                await refused.WriteAsync(sent);
            }
        });
        Assert.Equal("disk full", failed.Message);

        target.Failure = null;
        using var enough = new CancellationTokenSource();
        Stream cut = await session.SendFileAsync(0, new Dictionary<string, string>(), enough.Token);
        await cut.WriteAsync(new byte[10]);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await cut.DisposeAsync());

        await using Stream upload = await session.ReceiveUploadAsync("id1", default);
        using var pulled = new MemoryStream();
        await upload.CopyToAsync(pulled).WaitAsync(s_patience);
        Assert.Equal("/id1 of buildkit-session", Encoding.ASCII.GetString(pulled.ToArray()));
    }

    [Fact]
    public async Task A_session_is_waited_for()
    {
        await using BuildHost host = await BuildHost.StartAsync();
        Task<IBuildSession> waiting = host.Sessions.GetAsync("late", default);
        Assert.False(waiting.IsCompleted);
        await using (SessionClient client = await SessionClient.ConnectAsync(host.SocketPath, "late", _ => { }))
        {
            Assert.Equal("late", (await waiting.WaitAsync(s_patience)).Id);
        }

        using var enough = new CancellationTokenSource();
        Task<IBuildSession> given = host.Sessions.GetAsync("never", enough.Token);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => given);
        var time = Stopwatch.StartNew();
        QuaiException none = await Assert.ThrowsAsync<QuaiException>(() => host.Sessions.GetAsync("never", default));
        Assert.Equal(ErrorKind.NotFound, none.Kind);
        Assert.InRange(time.Elapsed, TimeSpan.FromSeconds(4), TimeSpan.FromSeconds(20));
    }

    [Fact]
    public async Task What_still_calls_a_client_that_is_killed_fails()
    {
        using var folder = new TestFolder();
        await using BuildHost host = await BuildHost.StartAsync();
        await using SessionClient client = await SessionClient.ConnectAsync(host.SocketPath, "s", b => FileSync.BindService(b, new FilesOfClient(folder.Path) { Hangs = true }), s_methods);
        IBuildSession session = await host.Sessions.GetAsync("s", default);
        Task syncing = session.SyncAsync(new ContextRequest("context"), new FolderUpdate(folder.Path), default);
        Task<byte[]?> asking = session.SecretAsync("x", default);
        Assert.Equal(ErrorKind.NotImplemented, (await Assert.ThrowsAsync<QuaiException>(() => asking.WaitAsync(s_patience))).Kind);
        client.Kill();
        QuaiException failed = await Assert.ThrowsAsync<QuaiException>(() => syncing.WaitAsync(s_patience));
        Assert.Equal((ErrorKind.Unavailable, "the client's session has ended"), (failed.Kind, failed.Message));
        QuaiException later = await Assert.ThrowsAsync<QuaiException>(() => session.SecretAsync("x", default).WaitAsync(s_patience));
        Assert.Equal(ErrorKind.Unavailable, later.Kind);

        // Its id is free for another.
        await using SessionClient next = await SessionClient.ConnectAsync(host.SocketPath, "s", _ => { });
        Assert.Equal("s", (await host.Sessions.GetAsync("s", default)).Id);
    }

    [Fact]
    public void An_offer_is_read_from_headers()
    {
        var headers = new Dictionary<string, string[]>(StringComparer.OrdinalIgnoreCase)
        {
            ["X-Docker-Expose-Session-Uuid"] = ["id"],
            ["X-Docker-Expose-Session-Grpc-Method"] = ["/a.B/C, /d.E/F", "/g.H/I"],
        };
        SessionOffer offer = SessionOffer.Read(n => headers.GetValueOrDefault(n) ?? []);
        Assert.Equal(("id", "", ""), (offer.Id, offer.Name, offer.SharedKey));
        Assert.True(offer.Methods.Contains("/D.e/F") && offer.Methods.Count == 3);
        Assert.Equal(ErrorKind.InvalidParameter, Assert.Throws<QuaiException>(() => SessionOffer.Read(_ => [])).Kind);
    }

    private sealed class AuthOfClient : Auth.AuthBase
    {
        public override Task<CredentialsResponse> Credentials(CredentialsRequest request, ServerCallContext context) => Task.FromResult(request.Host switch
        {
            "token.example" => new CredentialsResponse { Secret = "token" },
            "anonymous.example" => new CredentialsResponse(),
            var host => new CredentialsResponse { Username = "user of " + host, Secret = "pass" },
        });
    }

    private sealed class SecretsOfClient : Secrets.SecretsBase
    {
        public override Task<GetSecretResponse> GetSecret(GetSecretRequest request, ServerCallContext context) => request.ID switch
        {
            "known" => Task.FromResult(new GetSecretResponse { Data = ByteString.CopyFromUtf8("secret!") }),
            "broken" => throw new RpcException(new Status(StatusCode.Unknown, "broken")),
            _ => throw new RpcException(new Status(StatusCode.NotFound, "secret unknown: not found")),
        };
    }

    private sealed class AgentOfClient : SSH.SSHBase
    {
        public override Task<CheckAgentResponse> CheckAgent(CheckAgentRequest request, ServerCallContext context) =>
            request.ID == "default" ? Task.FromResult(new CheckAgentResponse()) : throw new RpcException(new Status(StatusCode.Unknown, "unset ssh forward key " + request.ID));

        public override async Task ForwardAgent(IAsyncStreamReader<SshBytes> requestStream, IServerStreamWriter<SshBytes> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(new SshBytes { Data = ByteString.CopyFromUtf8(context.RequestHeaders.GetValue("buildkit.ssh.id") + ":") });
            while (await requestStream.MoveNext(context.CancellationToken))
            {
                await responseStream.WriteAsync(requestStream.Current);
            }
        }
    }

    private sealed class UploadOfClient : Upload.UploadBase
    {
        public override async Task Pull(IAsyncStreamReader<UploadBytes> requestStream, IServerStreamWriter<UploadBytes> responseStream, ServerCallContext context)
        {
            await responseStream.WriteAsync(new UploadBytes { Data = ByteString.CopyFromUtf8(context.RequestHeaders.GetValue("urlpath")!) });
            await responseStream.WriteAsync(new UploadBytes { Data = ByteString.CopyFromUtf8(" of " + context.RequestHeaders.GetValue("urlhost")) });
        }
    }

    private sealed class FileTargetOfClient : FileSend.FileSendBase
    {
        public MemoryStream Taken { get; } = new();

        public Grpc.Core.Metadata? Headers { get; private set; }

        public string? Failure { get; set; }

        public override async Task DiffCopy(IAsyncStreamReader<FileBytes> requestStream, IServerStreamWriter<FileBytes> responseStream, ServerCallContext context)
        {
            Headers = context.RequestHeaders;
            if (Failure is not null)
            {
                throw new RpcException(new Status(StatusCode.Unknown, Failure));
            }

            while (await requestStream.MoveNext(context.CancellationToken))
            {
                Taken.Write(requestStream.Current.Data.Span);
            }
        }
    }
}
