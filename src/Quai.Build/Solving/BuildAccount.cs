using System.Collections.Concurrent;
using System.Security.Cryptography;
using Quai.Build.Attestations;
using Quai.Build.Attestations.Provenance;
using Quai.Build.Frontends;
using Quai.Build.Graphs;
using Quai.Build.Jobs;
using Quai.Build.Layers;
using Quai.Build.Sources;
using Quai.Build.Steps;
using Quai.Oci.Images;

namespace Quai.Build.Solving;

/// <summary>What a build remembers of how its results came to be, and how it gives account of it.</summary>
internal sealed class BuildAccount(VertexSolver solver, LayerStore layers, TimeProvider time)
{
    private const int IdLength = 25;

    private readonly DateTimeOffset _startedAt = time.GetUtcNow();
    private readonly string _invocation = RandomNumberGenerator.GetString("0123456789abcdefghijklmnopqrstuvwxyz", IdLength);
    private readonly ConcurrentDictionary<IBuildRef, FrontendUse> _uses = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<BuildRef, bool> _solved = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentQueue<MaterialSource.OfImage> _images = new();
    private volatile FrontendUse _latest = FrontendUse.None;

    /// <summary>A graph was given to the build.</summary>
    public void Solved(BuildRef result) => _solved[result] = true;

    /// <summary>A frontend has given a result. One that it had from another is the other's.</summary>
    public void Used(FrontendUse use, SolveResult result)
    {
        _latest = use;
        foreach (IBuildRef made in (result.Refs?.Values ?? [result.Ref]).OfType<IBuildRef>())
        {
            _uses.TryAdd(made, use);
        }
    }

    /// <summary>An image was asked about.</summary>
    public void Asked(ImageQuestion question, Images.Image image)
    {
        if (ImageReference.TryParse(question.Reference, out ImageReference? name))
        {
            _images.Enqueue(new MaterialSource.OfImage(name.WithDefaultTag(), question.Platform ?? Platform.Host,
                name.Digest ?? BaseImages.DigestIn(question.Reference, image) ?? Digest.Parse(image.ManifestDigest ?? image.Id)));
        }
    }

    /// <summary>Gives account of a result that is there.</summary>
    /// <param name="made">The result; null for an empty one.</param>
    /// <param name="platform">The platform that it is for.</param>
    /// <param name="all">All results that the build gives, each with its platform.</param>
    /// <param name="demand">How it is to be told.</param>
    /// <param name="blobs">The blobs of the result's layers, by the layers' ids; what is not there may be known of old.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<byte[]> PredicateAsync(
        IBuildRef? made, Platform platform, IReadOnlyList<(IBuildRef? Ref, Platform Platform)> all, ProvenanceDemand demand, IReadOnlyDictionary<string, Descriptor> blobs, CancellationToken cancellation)
    {
        var materials = new BuildMaterials();

        // An image that was asked about for another of the build's platforms is nothing to this one.
        foreach (MaterialSource.OfImage image in _images.Where(i => i.For == platform || !all.Any(a => a.Platform == i.For)))
        {
            image.AddTo(materials);
        }

        // What was only looked at, such as the Dockerfile, belongs to each result; what leads to another result does not.
        foreach (BuildRef looked in _solved.Keys.Where(s => s != made && !all.Any(a => ReferenceEquals(a.Ref, s))))
        {
            var seen = new BuildMaterials();
            if (looked.Edge is { } edge && solver.Capture(edge, seen))
            {
                solver.Capture(edge, materials);
            }
        }

        Dictionary<(string, int), IReadOnlyList<Descriptor>> known = [];
        if (made is BuildRef { Edge: { } own })
        {
            solver.Capture(own, materials);
            if (demand is { IsComplete: true, HasLayers: true })
            {
                await FindLayersAsync(own, blobs, known, cancellation).ConfigureAwait(false);
            }
        }

        FrontendUse use = made is not null && _uses.TryGetValue(made, out FrontendUse? asked) ? asked : _latest;
        return ProvenanceDocument.Write(
            new ProvenanceFacts(use, materials, made?.Definition) { Invocation = _invocation, StartedAt = _startedAt, FinishedAt = time.GetUtcNow(), Layers = known }, demand);
    }

    private async Task FindLayersAsync(Edge made, IReadOnlyDictionary<string, Descriptor> blobs, Dictionary<(string, int), IReadOnlyList<Descriptor>> known, CancellationToken cancellation)
    {
        // The results of steps that follow one another have their layers in common.
        Dictionary<string, Descriptor?> looked = [];
        foreach ((string digest, StepResult result) in await solver.HereAsync(made, cancellation).ConfigureAwait(false))
        {
            for (int index = 0; index < result.Outputs.Count; index++)
            {
                Descriptor?[] found = [.. (result.Outputs[index]?.Layers ?? []).Select(BlobOf)];
                if (found.Length > 0 && !found.Contains(null))
                {
                    known[(digest, index)] = found!;
                }
            }
        }

        Descriptor? BlobOf(BuildLayer layer)
        {
            if (!looked.TryGetValue(layer.Id, out Descriptor? blob))
            {
                looked[layer.Id] = blob = blobs.GetValueOrDefault(layer.Id) ?? layers.BlobOf(layer);
            }

            return blob;
        }
    }
}
