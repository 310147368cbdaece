using System.IO.Pipelines;
using System.Net.Sockets;
using Quai.Build.Sessions;
using Quai.Build.Sources.Git;
using Quai.Build.Tests.Fakes;
using Quai.Errors;

namespace Quai.Build.Tests.Sources;

public sealed class GitProgramTests : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("quai-git-").FullName;

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task A_machine_without_git_says_so()
    {
        var program = new GitProgram(_home, [], new Dictionary<string, string> { ["PATH"] = _home }, new NoProgress());
        QuaiException error = await Assert.ThrowsAnyAsync<QuaiException>(() => program.RunAsync(_home, default, "version"));
        Assert.Contains("git is not installed", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_knows_nothing_of_this_machine()
    {
        Environment.SetEnvironmentVariable("GIT_TRACE_SECRET", "x");
        await File.WriteAllTextAsync(Path.Combine(_home, ".gitconfig"), "[user]\n\tname = somebody\n");
        var program = new GitProgram(_home, [("http.extraHeader", "h")], new Dictionary<string, string>(), new NoProgress());
        string settings = await program.RunAsync(_home, default, "config", "--list");
        Assert.DoesNotContain("somebody", settings, StringComparison.Ordinal);
        Assert.Contains("core.hookspath=/dev/null", settings, StringComparison.Ordinal);
        Assert.Contains("http.extraheader=h", settings, StringComparison.Ordinal);
        Assert.DoesNotContain("GIT_TRACE_SECRET", await program.RunAsync(_home, default, "-c", "alias.env=!env", "env"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_does_not_outlive_its_build()
    {
        var program = new GitProgram(_home, [], new Dictionary<string, string>(), new NoProgress());
        using var stop = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        string mark = Path.Combine(_home, "mark");
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => program.RunAsync(_home, stop.Token, "-c", $"alias.wait=!touch {mark}; sleep 1; rm {mark}", "wait"));
        await Task.Delay(TimeSpan.FromSeconds(1.2));
        Assert.True(File.Exists(mark));
    }

    [Fact]
    public async Task An_agent_is_behind_a_socket_as_long_as_it_is_open()
    {
        string path = Path.Combine(_home, "agent");
        var toAgent = new Pipe();
        var fromAgent = new Pipe();
        await using (AgentSocket agent = AgentSocket.Open(path, _ => Task.FromResult<Stream>(new Duplex(fromAgent.Reader.AsStream(), toAgent.Writer.AsStream()))))
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
            await socket.SendAsync("ask"u8.ToArray());
            Assert.Equal("ask"u8.ToArray(), await ReadAsync(toAgent.Reader));
            await fromAgent.Writer.WriteAsync("answer"u8.ToArray());
            byte[] buffer = new byte[16];
            Assert.Equal("answer"u8.ToArray(), buffer[..await socket.ReceiveAsync(buffer)]);
        }

        using var late = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await Assert.ThrowsAsync<SocketException>(() => late.ConnectAsync(new UnixDomainSocketEndPoint(path)));
    }

    private static async Task<byte[]> ReadAsync(PipeReader reader)
    {
        ReadResult read = await reader.ReadAtLeastAsync(3);
        return System.Buffers.BuffersExtensions.ToArray(read.Buffer);
    }

    private sealed class Duplex(Stream input, Stream output) : Stream
    {
        public override bool CanRead => true;

        public override bool CanWrite => true;

        public override bool CanSeek => false;

        public override long Length => throw new NotSupportedException();

        public override long Position
        {
            get => throw new NotSupportedException();
            set => throw new NotSupportedException();
        }

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => input.ReadAsync(buffer, cancellationToken);

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            await output.WriteAsync(buffer, cancellationToken);
            await output.FlushAsync(cancellationToken);
        }

        public override void Flush()
        {
        }

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();
    }
}
