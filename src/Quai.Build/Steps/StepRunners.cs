using Quai.Build.Steps.Programs;
using Quai.Build.Steps.Files;
using Quai.Build.Graphs;
using Quai.Build.Layers;
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
                Op.OpOneofCase.Diff => Difference(vertex.Op.Diff, context),
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

    // What one tree has beyond the other that it was made from: its own layers.
    private static StepResult Difference(DiffOp difference, StepContext context)
    {
        IReadOnlyList<BuildLayer> lower = difference.Lower is { Input: >= 0 } below ? context.Inputs[(int)below.Input].Layers : [];
        IReadOnlyList<BuildLayer> upper = difference.Upper is { Input: >= 0 } above ? context.Inputs[(int)above.Input].Layers : [];
        return upper.Count >= lower.Count && upper.Take(lower.Count).SequenceEqual(lower)
            ? new StepResult([new LayerStack([.. upper.Skip(lower.Count)])])
            : throw new QuaiException(ErrorKind.NotImplemented, "the difference of two trees of which neither was made from the other is not supported yet");
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
