using System.Security.Cryptography;
using Quai.Build.Execution;
using Quai.Build.Frontends;
using Quai.Build.Layers;
using Quai.Build.Solving;
using Quai.BuildProtocol.Llb;

namespace Quai.Build.Steps.Programs;

/// <summary>Runs programs of frontends and clients: as steps are run, but they are spoken with, and what they write to their files is nobody's result.</summary>
internal sealed class FrontendPrograms(LayerStore layers, StepMounts mounts, IStepRunner runner)
{
    /// <summary>Prepares a container; see <see cref="IFrontendHost.OpenContainerAsync"/>.</summary>
    public async Task<IBuildContainer> OpenAsync(ContainerRequest request, StepContext context, Entitlements entitlements, CancellationToken stopped) =>
        await BuildContainer.OpenAsync(request, context, new ContainerParts(layers, mounts, runner, entitlements), stopped).ConfigureAwait(false);

    /// <summary>Runs one; see <see cref="IFrontendHost.RunProgramAsync"/>.</summary>
    public async Task<int> RunAsync(LayerStack files, FrontendProgram program, CancellationToken cancellation)
    {
        await using WritableLayer layer = await layers.BeginAsync(files, cancellation).ConfigureAwait(false);
        var launch = new StepLaunch(
            Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), layer.Snapshot, new ExecOp { Meta = program.Meta }, new ErrorOutput(program.OnError)) { Talk = program.Talk };
        return await runner.RunAsync(launch, cancellation).ConfigureAwait(false);
    }

    private sealed class ErrorOutput(Action<ReadOnlyMemory<byte>> write) : IStepProgress
    {
        public void Write(int stream, ReadOnlySpan<byte> bytes) => write(bytes.ToArray());

        public void Report(string id, long current, long total, bool isComplete)
        {
        }
    }
}
