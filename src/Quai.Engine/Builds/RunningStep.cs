using System.Security.Cryptography;
using Quai.Build.Execution;
using Quai.BuildProtocol.Llb;
using Quai.Engine.Containers.Launching;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Specs;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Processes;
using Quai.Runtime;

namespace Quai.Engine.Builds;

/// <summary>A step whose program runs, for whoever speaks with it.</summary>
/// <param name="shim">Runs it.</param>
/// <param name="describe">The runtime's configuration of the step with another program of a user.</param>
internal sealed class RunningStep(IShim shim, Func<Meta, IReadOnlyList<string>, ResolvedUser, Oci.Runtime.RuntimeSpec> describe) : IProgramControl
{
    /// <inheritdoc/>
    public Task SignalAsync(string signal, CancellationToken cancellation) => QuietlyAsync(shim.SignalAsync(Signals.Parse(signal), cancellation));

    /// <inheritdoc/>
    public Task ResizeAsync(ushort rows, ushort columns, CancellationToken cancellation) => QuietlyAsync(shim.ResizeAsync(null, rows, columns, cancellation));

    /// <inheritdoc/>
    public async Task<int> RunBesideAsync(Meta meta, IReadOnlyList<string> secrets, ProgramConversation conversation, CancellationToken cancellation)
    {
        if (meta.Args.Count == 0)
        {
            throw QuaiException.Invalid("no program is given");
        }

        IExecProcess process;
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        try
        {
            RootReader.Accounts accounts = await RootReader.ReadAsync(shim.Pid, cancellation).ConfigureAwait(false);
            Oci.Runtime.RuntimeSpec spec = describe(meta, secrets, UserResolver.Resolve(meta.User, accounts.Passwd, accounts.Group, null));
            process = await shim.ExecAsync(
                new ExecLaunch { Id = id, Process = spec.Process!, Seccomp = spec.Linux?.Seccomp, Attach = StepStreams.Of(conversation) }, cancellation).ConfigureAwait(false);
        }
        catch (RuntimeStartException e)
        {
            throw new QuaiException(ErrorKind.InvalidParameter, e.Message, e);
        }
        catch (ShimLostException e)
        {
            throw QuaiException.Conflict("the container's first program has ended", e);
        }

        using FileDescriptor? descriptor = OpenOf(process);
        conversation.Started?.Invoke(new Beside(this, id, process, descriptor));
        Task talking = process.Streams is { } streams ? StepStreams.TalkAsync(streams, conversation, cancellation) : Task.CompletedTask;
        try
        {
            int code = await process.Exit.WaitAsync(cancellation).ConfigureAwait(false);
            await talking.ConfigureAwait(false);
            return code;
        }
        catch (Exception e) when (e is OperationCanceledException or ShimLostException)
        {
            _ = descriptor is not null && ProcessDescriptor.TrySignal(descriptor, Signals.Kill);
            await ((Task)process.Exit).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await talking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
            throw QuaiException.Conflict("the container's first program has ended, and this one with it", e);
        }
    }

    private static FileDescriptor? OpenOf(IExecProcess process)
    {
        try
        {
            return ProcessDescriptor.Open(process.Pid);
        }
        catch (LinuxException)
        {
            // It has ended already.
            return null;
        }
    }

    private static async Task QuietlyAsync(Task request)
    {
        try
        {
            await request.ConfigureAwait(false);
        }
        catch (ShimLostException)
        {
            // It has ended.
        }
    }

    /// <summary>A program beside the first.</summary>
    private sealed class Beside(RunningStep step, string id, IExecProcess process, FileDescriptor? descriptor) : IProgramControl
    {
        public Task SignalAsync(string signal, CancellationToken cancellation)
        {
            int number = Signals.Parse(signal);
            if (descriptor is not null && !process.Exit.IsCompleted)
            {
                ProcessDescriptor.TrySignal(descriptor, number);
            }

            return Task.CompletedTask;
        }

        public Task ResizeAsync(ushort rows, ushort columns, CancellationToken cancellation) => QuietlyAsync(step.Shim.ResizeAsync(id, rows, columns, cancellation));

        public Task<int> RunBesideAsync(Meta meta, IReadOnlyList<string> secrets, ProgramConversation conversation, CancellationToken cancellation) =>
            step.RunBesideAsync(meta, secrets, conversation, cancellation);
    }

    private IShim Shim => shim;
}
