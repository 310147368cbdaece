using Quai.Build.Steps.Programs;
using Quai.Build.Steps.Files;
using Quai.Build.Graphs;
using Quai.Build.Layers;
using Quai.Build.Trees;
using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.Build.Steps;

/// <summary>Runs a step of whatever kind, with as many others at the same time as there may be.</summary>
internal sealed class StepRunners(FileStep files, ExecStep programs, LayerStore layers, int parallel) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(parallel, parallel);

    /// <summary>Runs it.</summary>
    /// <exception cref="QuaiException">It failed.</exception>
    public async Task<StepResult> RunAsync(Vertex vertex, StepContext context, CancellationToken cancellation)
    {
        await _slots.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            return vertex.Op.OpCase switch
            {
                Op.OpOneofCase.File => await files.RunAsync(vertex.Op.File, context, cancellation).ConfigureAwait(false),
                Op.OpOneofCase.Exec => await programs.RunAsync(vertex.Op, context, cancellation).ConfigureAwait(false),
                Op.OpOneofCase.Merge => await MergeAsync(vertex.Op.Merge, context, cancellation).ConfigureAwait(false),
                Op.OpOneofCase.Diff => await DifferenceAsync(vertex.Op.Diff, context, cancellation).ConfigureAwait(false),
                _ => throw new QuaiException(ErrorKind.NotImplemented, $"steps of the kind {vertex.Op.OpCase} are not supported yet"),
            };
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _slots.Dispose();

    // What one tree has beyond the other: its own layers where it was made from the other, else what is found by comparing them.
    private async Task<StepResult> DifferenceAsync(DiffOp difference, StepContext context, CancellationToken cancellation)
    {
        LayerStack lower = difference.Lower is { Input: >= 0 } below ? context.Inputs[(int)below.Input] : LayerStack.Empty;
        LayerStack upper = difference.Upper is { Input: >= 0 } above ? context.Inputs[(int)above.Input] : LayerStack.Empty;
        return upper.Layers.Count >= lower.Layers.Count && upper.Layers.Take(lower.Layers.Count).SequenceEqual(lower.Layers)
            ? new StepResult([new LayerStack([.. upper.Layers.Skip(lower.Layers.Count)])])
            : new StepResult([await TreeDifference.MakeAsync(layers, lower, upper, LayerStack.Empty, cancellation).ConfigureAwait(false) is { } made ? new LayerStack([made]) : LayerStack.Empty]);
    }

    // The layers of one upon those of the other: nothing is copied but files that would be there twice.
    private async Task<StepResult> MergeAsync(MergeOp merge, StepContext context, CancellationToken cancellation)
    {
        List<BuildLayer> all = [];
        foreach (BuildLayer layer in merge.Inputs.Where(i => i.Input >= 0).SelectMany(i => context.Inputs[(int)i.Input].Layers))
        {
            if (!all.Contains(layer))
            {
                all.Add(await Task.Run(() => layers.Files.Share(layer, all), cancellation).ConfigureAwait(false)
                    ? await layers.SetApartAsync(layer, all, cancellation).ConfigureAwait(false)
                    : layer);
            }
        }

        return new StepResult([new LayerStack(all)]);
    }
}
