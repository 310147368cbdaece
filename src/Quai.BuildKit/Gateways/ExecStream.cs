using System.IO.Pipelines;
using Google.Protobuf;
using Grpc.Core;
using Quai.Build.Execution;
using Quai.Build.Frontends;
using Quai.BuildKit.Builds;
using Quai.BuildKit.Failures;
using Quai.BuildProtocol.Gateway;
using Quai.Errors;
using RpcStatus = Quai.BuildProtocol.Errors.Status;

namespace Quai.BuildKit.Gateways;

/// <summary>
/// The programs of one call of <c>ExecProcess</c>, any number of them in any of the build's containers: their streams, signals and terminals' sizes come and go by the
/// process's id. They are killed when the call ends.
/// </summary>
/// <param name="build">The build.</param>
/// <param name="requests">What the caller says.</param>
/// <param name="answers">What it is told.</param>
internal sealed class ExecStream(GatewayBuild build, IAsyncStreamReader<ExecMessage> requests, IAsyncStreamWriter<ExecMessage> answers) : IDisposable
{
    private const int UnknownExit = 255, Input = 0, InputBound = 1 << 20;

    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly Dictionary<string, Program> _programs = new(StringComparer.Ordinal);
    private readonly List<Task> _running = [];

    /// <summary>Serves the call to its end.</summary>
    /// <exception cref="QuaiException">The caller does not keep to the protocol.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        using var life = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            while (await requests.MoveNext(life.Token).ConfigureAwait(false))
            {
                await TakeAsync(requests.Current, life.Token).ConfigureAwait(false);
            }

            // A caller that says nothing more still wants the rest.
            await Task.WhenAll(_running).ConfigureAwait(false);
        }
        finally
        {
            await life.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _writing.Dispose();

    private async Task TakeAsync(ExecMessage message, CancellationToken cancellation)
    {
        if (message.InputCase == ExecMessage.InputOneofCase.Init)
        {
            Begin(message.ProcessID, message.Init, cancellation);
            return;
        }

        // What is said to a program that has just ended comes too late, and is no error.
        if (!_programs.TryGetValue(message.ProcessID, out Program? program))
        {
            throw QuaiException.NotFound($"no such process {message.ProcessID}");
        }

        switch (message.InputCase)
        {
            case ExecMessage.InputOneofCase.File when message.File.Fd == Input:
                if (message.File.Data.Length > 0)
                {
                    await program.Said.Writer.WriteAsync(message.File.Data.Memory, cancellation).ConfigureAwait(false);
                }

                if (message.File.EOF)
                {
                    await program.Said.Writer.CompleteAsync().ConfigureAwait(false);
                }

                break;
            case ExecMessage.InputOneofCase.Resize:
                await (program.Control?.ResizeAsync((ushort)message.Resize.Rows, (ushort)message.Resize.Cols, cancellation) ?? Task.CompletedTask).ConfigureAwait(false);
                break;
            case ExecMessage.InputOneofCase.Signal:
                await (program.Control?.SignalAsync(message.Signal.Name, cancellation) ?? Task.CompletedTask).ConfigureAwait(false);
                break;
            default:
                throw QuaiException.Invalid($"{message.InputCase} is nothing that a program can be told");
        }
    }

    private void Begin(string id, InitMessage init, CancellationToken cancellation)
    {
        IBuildContainer container = build.Container(init.ContainerID);
        if (init.Meta is null || init.Meta.Args.Count == 0)
        {
            throw QuaiException.Invalid("no program is given");
        }

        var program = new Program();
        if (!_programs.TryAdd(id, program))
        {
            throw QuaiException.Conflict($"there is a process {id} already");
        }

        _running.Add(RunAsync(id, program, init, container, cancellation));
    }

    private async Task RunAsync(string id, Program program, InitMessage init, IBuildContainer container, CancellationToken cancellation)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Task told = TellStartedAsync(id, started.Task, cancellation);
        var exit = new ExitMessage();
        try
        {
            var conversation = new ProgramConversation(PassAsync)
            {
                Input = init.Fds.Contains(Input) ? program.Said.Reader : null,
                HasTerminal = init.Tty,
                Started = control =>
                {
                    program.Control = control;
                    started.TrySetResult();
                },
            };
            int code = await container.RunAsync(new ContainerProgram(init.Meta, conversation) { Security = init.Security, Secrets = init.Secretenv }, cancellation).ConfigureAwait(false);
            exit.Code = (uint)code;
            exit.Error = code == 0 ? null : new RpcStatus { Code = (int)StatusCode.Unknown, Message = $"exit code: {code}" };
        }
        catch (Exception e) when (e is QuaiException or OperationCanceledException)
        {
            exit.Code = UnknownExit;
            exit.Error = CallFailures.StatusOf(e);
        }

        // Who waits for the start is told of it also where there was none: what went wrong, the end says.
        started.TrySetResult();
        await told.ConfigureAwait(false);
        await program.Said.Reader.CompleteAsync().ConfigureAwait(false);
        await SendAsync(new ExecMessage { ProcessID = id, Exit = exit }, cancellation).ConfigureAwait(false);
        foreach (uint stream in init.Fds.Where(f => f != Input))
        {
            await SendAsync(new ExecMessage { ProcessID = id, File = new FdMessage { Fd = stream, EOF = true } }, cancellation).ConfigureAwait(false);
        }

        await SendAsync(new ExecMessage { ProcessID = id, Done = new DoneMessage() }, cancellation).ConfigureAwait(false);

        async ValueTask PassAsync(int stream, ReadOnlyMemory<byte> bytes, CancellationToken token)
        {
            if (init.Fds.Contains((uint)stream))
            {
                await told.ConfigureAwait(false);
                await SendAsync(new ExecMessage { ProcessID = id, File = new FdMessage { Fd = (uint)stream, Data = ByteString.CopyFrom(bytes.Span) } }, token).ConfigureAwait(false);
            }
        }
    }

    private async Task TellStartedAsync(string id, Task started, CancellationToken cancellation)
    {
        await started.ConfigureAwait(false);
        await SendAsync(new ExecMessage { ProcessID = id, Started = new StartedMessage() }, cancellation).ConfigureAwait(false);
    }

    private async Task SendAsync(ExecMessage message, CancellationToken cancellation)
    {
        await _writing.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            await answers.WriteAsync(message, cancellation).ConfigureAwait(false);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>A program of the call.</summary>
    private sealed class Program
    {
        public Pipe Said { get; } = new(new PipeOptions(pauseWriterThreshold: InputBound, resumeWriterThreshold: InputBound / 2));

        public IProgramControl? Control { get; set; }
    }
}
