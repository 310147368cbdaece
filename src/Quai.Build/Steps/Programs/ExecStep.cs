using System.Security.Cryptography;
using Quai.Build.Execution;
using Quai.Build.Layers;
using Quai.Build.Trees;
using Quai.Build.Solving;
using Quai.BuildProtocol.Llb;
using Quai.Cdi;
using Quai.Errors;

namespace Quai.Build.Steps.Programs;

/// <summary>Runs a program upon a tree; what it has written is the result.</summary>
internal sealed class ExecStep(LayerStore layers, IStepRunner runner, StepMounts mounts, DeviceCatalog devices)
{
    /// <summary>Runs it.</summary>
    /// <param name="op">The operation.</param>
    /// <param name="context">Its inputs.</param>
    /// <param name="cancellation">Kills the program; nothing is left.</param>
    /// <exception cref="QuaiException">The program could not be run, or failed.</exception>
    public async Task<StepResult> RunAsync(Op op, StepContext context, CancellationToken cancellation)
    {
        ExecOp exec = op.Exec;
        Mount root = exec.Mounts.First(m => m.Dest == "/");
        LayerStack below = root.Input < 0 ? LayerStack.Empty : context.Inputs[(int)root.Input];
        await using WritableLayer layer = await layers.BeginAsync(below, cancellation).ConfigureAwait(false);
        await using StepMounts.Prepared prepared = await mounts.PrepareAsync(exec, context, cancellation).ConfigureAwait(false);
        MountStubs stubs = MountStubs.Find(new MergedTree(below), prepared.Mounts.Select(m => m.Destination));
        int code = await runner.RunAsync(
            new StepLaunch(Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), layer.Snapshot, exec, context.Progress)
            {
                Mounts = prepared.Mounts,
                SecretVariables = prepared.Variables,
                Devices = exec.CdiDevices.Count == 0 ? DeviceEdits.None : DeviceCatalog.Together(exec.CdiDevices.SelectMany(d => Entitlements.DevicesOf(devices, d)).Distinct()),
            },
            cancellation).ConfigureAwait(false);
        stubs.Remove(layer.Directory);
        if (code != 0 && !exec.Meta.ValidExitCodes.Contains(code))
        {
            LayerStack?[] left = await LeftAsync(exec, layer, prepared, context, cancellation).ConfigureAwait(false);
            throw new StepFailedException(exec.Meta.Args, code) { Left = new FailedStep(op, context.Inputs, left) };
        }

        return await SealAsync(exec, root, layer, prepared, context, cancellation).ConfigureAwait(false);
    }

    /// <summary>Keeps the files as the program has left them, for whoever looks for the reason.</summary>
    private static async Task<LayerStack?[]> LeftAsync(ExecOp exec, WritableLayer layer, StepMounts.Prepared prepared, StepContext context, CancellationToken cancellation)
    {
        var left = new LayerStack?[exec.Mounts.Count];
        for (int i = 0; i < left.Length; i++)
        {
            Mount mount = exec.Mounts[i];
            left[i] = mount.Dest == "/" ? await layer.SealAsync(cancellation).ConfigureAwait(false)
                : prepared.Written.TryGetValue(mount, out WritableLayer? written) ? await written.SealAsync(cancellation).ConfigureAwait(false)
                : mount is { MountType: MountType.Bind, Input: >= 0 } ? context.Inputs[(int)mount.Input]
                : null;
        }

        return left;
    }

    private static async Task<StepResult> SealAsync(ExecOp exec, Mount root, WritableLayer layer, StepMounts.Prepared prepared, StepContext context, CancellationToken cancellation)
    {
        long outputs = exec.Mounts.Max(m => m.Output) + 1;
        var results = new LayerStack[Math.Max(outputs, 0)];
        foreach (Mount mount in exec.Mounts.Where(m => m.Output >= 0))
        {
            results[mount.Output] = mount == root && !root.Readonly ? await layer.SealAsync(cancellation).ConfigureAwait(false)
                : prepared.Written.TryGetValue(mount, out WritableLayer? written) ? await written.SealAsync(cancellation).ConfigureAwait(false)
                : mount.Input < 0 ? LayerStack.Empty
                : context.Inputs[(int)mount.Input];
        }

        return new StepResult(results);
    }
}
