using System.Security.Cryptography;
using Quai.Build.Execution;
using Quai.Build.Frontends;
using Quai.Build.Layers;
using Quai.Build.Solving;
using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.Build.Steps.Programs;

/// <summary>A container of a build: a step's files and mounts, in which programs are run one after the other or side by side.</summary>
internal sealed class BuildContainer : IBuildContainer
{
    private readonly ExecOp _template;
    private readonly StepContext _context;
    private readonly WritableLayer _root;
    private readonly StepMounts.Prepared _mounts;
    private readonly ContainerParts _parts;
    private readonly CancellationTokenSource _closing;
    private readonly TaskCompletionSource<IProgramControl> _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<Task> _running = [];
    private readonly Lock _gate = new();
    private bool _hasBegun, _isClosed;

    private BuildContainer(ExecOp template, StepContext context, WritableLayer root, StepMounts.Prepared mounts, ContainerParts parts, CancellationToken stopped)
    {
        _template = template;
        _context = context;
        _root = root;
        _mounts = mounts;
        _parts = parts;
        _closing = CancellationTokenSource.CreateLinkedTokenSource(stopped);
    }

    /// <summary>Prepares a container; nothing runs in it yet.</summary>
    /// <param name="request">What it is to be.</param>
    /// <param name="context">The files of its mounts, in the order of those that have some.</param>
    /// <param name="parts">What makes and runs it.</param>
    /// <param name="stopped">Ends it.</param>
    /// <exception cref="QuaiException">A mount cannot be made.</exception>
    public static async Task<BuildContainer> OpenAsync(ContainerRequest request, StepContext context, ContainerParts parts, CancellationToken stopped)
    {
        var template = new ExecOp { Meta = new Meta { Hostname = request.Hostname, ExtraHosts = { request.ExtraHosts } }, Network = request.Network };
        int inputs = 0;
        foreach (ContainerMount mount in request.Mounts)
        {
            Mount numbered = mount.Mount.Clone();
            numbered.Input = mount.Files is null ? -1 : inputs++;
            numbered.Output = -1;
            template.Mounts.Add(numbered);
        }

        Mount? top = template.Mounts.FirstOrDefault(m => m.Dest == "/");
        parts.Entitlements.Check(new Op { Exec = template });
        WritableLayer root = await parts.Layers.BeginAsync(top is { Input: >= 0 } ? context.Inputs[(int)top.Input] : LayerStack.Empty, stopped).ConfigureAwait(false);
        try
        {
            return new BuildContainer(template, context, root, await parts.Mounts.PrepareAsync(template, context, stopped).ConfigureAwait(false), parts, stopped);
        }
        catch
        {
            await root.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<int> RunAsync(ContainerProgram program, CancellationToken cancellation)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, this);
            bool isFirst = !_hasBegun;
            _hasBegun = true;
            Task<int> run = RunAsync(program, isFirst, cancellation);
            _running.RemoveWhere(t => t.IsCompleted);
            _running.Add(run);
            return run;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        Task[] running;
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            _isClosed = true;
            running = [.. _running];
        }

        await _closing.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _mounts.DisposeAsync().ConfigureAwait(false);
        await _root.DisposeAsync().ConfigureAwait(false);
        _closing.Dispose();
    }

    private async Task<int> RunAsync(ContainerProgram program, bool isFirst, CancellationToken cancellation)
    {
        // The caller holds the lock until here.
        await Task.Yield();
        using var life = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closing.Token);
        await using StepMounts.Prepared secrets = await _parts.Mounts.PrepareAsync(new ExecOp { Meta = program.Meta, Secretenv = { program.Secrets } }, _context, life.Token).ConfigureAwait(false);
        if (!isFirst)
        {
            IProgramControl first = await _first.Task.WaitAsync(life.Token).ConfigureAwait(false);
            return await first.RunBesideAsync(program.Meta, secrets.Variables, program.Conversation, life.Token).ConfigureAwait(false);
        }

        try
        {
            ExecOp exec = _template.Clone();
            exec.Security = program.Security;
            exec.Meta = program.Meta.Clone();
            exec.Meta.Hostname = _template.Meta.Hostname;
            exec.Meta.ExtraHosts.Add(_template.Meta.ExtraHosts);
            _parts.Entitlements.Check(new Op { Exec = exec });
            var launch = new StepLaunch(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), _root.Snapshot, exec, _context.Progress)
            {
                Mounts = _mounts.Mounts,
                SecretVariables = secrets.Variables,
                Conversation = program.Conversation with
                {
                    Started = control =>
                    {
                        _first.TrySetResult(control);
                        program.Conversation.Started?.Invoke(control);
                    },
                },
            };
            return await _parts.Runner.RunAsync(launch, life.Token).ConfigureAwait(false);
        }
        finally
        {
            _first.TrySetException(QuaiException.Conflict("the container's first program has ended, or could not be started"));
            _ = _first.Task.Exception;
        }
    }
}
