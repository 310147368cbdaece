using System.Threading.Channels;
using Google.Protobuf;
using Grpc.Core;
using Quai.BuildClient.Builders;
using Quai.BuildProtocol.Errors;
using Quai.BuildProtocol.Gateway;
using Quai.BuildProtocol.Llb;

namespace Quai.BuildClient.Builds;

/// <summary>A step whose program failed, with its files as that left them; as long as its build goes on, programs can be run among them.</summary>
public sealed class FailedStep
{
    private const int InputPiece = 32 << 10;

    private readonly BuilderConnection _connection;
    private readonly Func<Grpc.Core.Metadata> _header;
    private readonly Solve _solve;
    private readonly ExecOp _exec;

    private FailedStep(BuilderConnection connection, Func<Grpc.Core.Metadata> header, Solve solve)
    {
        _connection = connection;
        _header = header;
        _solve = solve;
        _exec = solve.Op.Exec;
    }

    /// <summary>The program that failed, with its arguments.</summary>
    public IReadOnlyList<string> Arguments => _exec.Meta.Args;

    /// <summary>The step that a failure tells of.</summary>
    /// <returns>Null where it tells of none, or of one that runs no program.</returns>
    internal static FailedStep? Of(BuilderException failure, BuilderConnection connection, Func<Grpc.Core.Metadata> header) =>
        failure.Solve is { Op.OpCase: Op.OpOneofCase.Exec } solve && solve.MountIDs.Count == solve.Op.Exec.Mounts.Count ? new FailedStep(connection, header, solve) : null;

    /// <summary>Runs a program among the step's files, with its variables, user, working directory and secrets. What it writes is gone afterwards.</summary>
    /// <param name="program">The program with its arguments.</param>
    /// <param name="streams">Its streams.</param>
    /// <param name="cancellation">Kills it.</param>
    /// <returns>Its exit code.</returns>
    /// <exception cref="BuilderException">It could not be run.</exception>
    public Task<int> RunAsync(IReadOnlyList<string> program, ProgramStreams streams, CancellationToken cancellation) =>
        BuilderException.TranslateAsync(() => RunOnceAsync(program, streams, cancellation), cancellation);

    private async Task<int> RunOnceAsync(IReadOnlyList<string> program, ProgramStreams streams, CancellationToken cancellation)
    {
        string container = Guid.NewGuid().ToString("N"), process = container + ":1";
        var request = new NewContainerRequest { ContainerID = container, Network = _exec.Network, Platform = _solve.Op.Platform, ExtraHosts = { _exec.Meta.ExtraHosts }, Hostname = _exec.Meta.Hostname };
        for (int i = 0; i < _exec.Mounts.Count; i++)
        {
            Mount mount = _exec.Mounts[i].Clone();
            mount.ResultID = _solve.MountIDs[i];
            request.Mounts.Add(mount);
        }

        await _connection.Gateway.NewContainerAsync(request, _header(), cancellationToken: cancellation).ResponseAsync.ConfigureAwait(false);
        using var life = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using AsyncDuplexStreamingCall<ExecMessage, ExecMessage> call = _connection.Gateway.ExecProcess(_header(), cancellationToken: life.Token);

        // Lines of one stream come from several places; they are sent by one.
        Channel<ExecMessage> outgoing = Channel.CreateBounded<ExecMessage>(16);
        Task sending = SendAsync(call.RequestStream, outgoing.Reader, process, life.Token);
        var init = new InitMessage { ContainerID = container, Meta = _exec.Meta.Clone(), Fds = { 0u, 1u }, Tty = streams.HasTerminal, Security = _exec.Security, Secretenv = { _exec.Secretenv } };
        init.Meta.Args.Clear();
        init.Meta.Args.Add(program);
        if (!streams.HasTerminal)
        {
            init.Fds.Add(2u);
        }

        await outgoing.Writer.WriteAsync(new ExecMessage { Init = init }, life.Token).ConfigureAwait(false);
        Task reading = Task.CompletedTask;
        int code = 0;
        try
        {
            while (await call.ResponseStream.MoveNext(life.Token).ConfigureAwait(false))
            {
                ExecMessage message = call.ResponseStream.Current;
                switch (message.InputCase)
                {
                    case ExecMessage.InputOneofCase.Started:
                        streams.Started?.Invoke((rows, columns) => outgoing.Writer.WriteAsync(
                            new ExecMessage { Resize = new ResizeMessage { Rows = (uint)rows, Cols = (uint)columns } }, life.Token).AsTask());
                        reading = Task.Run(() => ReadAsync(streams.Input, outgoing.Writer, life.Token), CancellationToken.None);
                        break;
                    case ExecMessage.InputOneofCase.File:
                        await (message.File.Fd == 2 ? streams.Error : streams.Output).WriteAsync(message.File.Data.Memory, life.Token).ConfigureAwait(false);
                        break;
                    case ExecMessage.InputOneofCase.Exit:
                        code = (int)message.Exit.Code;
                        await streams.Error.WriteAsync(Complaint(message.Exit), life.Token).ConfigureAwait(false);
                        break;
                    case ExecMessage.InputOneofCase.Done:
                        return code;
                }
            }

            return code;
        }
        finally
        {
            await life.CancelAsync().ConfigureAwait(false);
            await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

            // What waits for a key goes on waiting; nobody waits for it.
            _ = reading.ContinueWith(t => _ = t.Exception, TaskScheduler.Default);
        }
    }

    // A program's own failure is its exit code; another's is told.
    private static byte[] Complaint(ExitMessage exit) =>
        exit.Error is { } error && error.Message.Length > 0 && !error.Message.StartsWith("exit code: ", StringComparison.Ordinal) ? System.Text.Encoding.UTF8.GetBytes(error.Message + "\n") : [];

    private static async Task SendAsync(IClientStreamWriter<ExecMessage> stream, ChannelReader<ExecMessage> outgoing, string process, CancellationToken cancellation)
    {
        await foreach (ExecMessage message in outgoing.ReadAllAsync(cancellation).ConfigureAwait(false))
        {
            message.ProcessID = process;
            await stream.WriteAsync(message, cancellation).ConfigureAwait(false);
        }
    }

    private static async Task ReadAsync(Stream input, ChannelWriter<ExecMessage> outgoing, CancellationToken cancellation)
    {
        byte[] buffer = new byte[InputPiece];
        int count;
        while ((count = await input.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
        {
            await outgoing.WriteAsync(new ExecMessage { File = new FdMessage { Fd = 0, Data = ByteString.CopyFrom(buffer, 0, count) } }, cancellation).ConfigureAwait(false);
        }

        await outgoing.WriteAsync(new ExecMessage { File = new FdMessage { Fd = 0, EOF = true } }, cancellation).ConfigureAwait(false);
    }
}
