using Quai.Build.Attestations.Packages;
using Quai.Build.Exporting;
using Quai.Build.Frontends;
using Quai.Build.Jobs;
using Quai.Build.Layers;
using Quai.Build.Solving;
using Quai.Build.Trees;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.Attestations.Bills;

/// <summary>Finds out which packages results have: by what is built in, or by an image that the user names.</summary>
/// <param name="host">The build.</param>
/// <param name="begin">Begins the progress of something with a title.</param>
/// <param name="time">The clock.</param>
internal sealed class BillMaker(IFrontendHost host, Func<string, QuestionProgress> begin, TimeProvider time)
{
    /// <summary>Finds out.</summary>
    /// <param name="tree">The result's files.</param>
    /// <param name="made">The result; null for an empty one.</param>
    /// <param name="others">What is looked through besides.</param>
    /// <param name="demand">By what.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="QuaiException">The generator failed, or has written what is not to be used.</exception>
    public async Task<IReadOnlyList<TreeAttestation>> MakeAsync(ExportedTree tree, IBuildRef? made, IReadOnlyList<ScanTarget> others, BillDemand demand, CancellationToken cancellation)
    {
        if (demand.Generator is { } generator)
        {
            return await GenerateAsync(generator, demand, tree.Platform, made, others, cancellation).ConfigureAwait(false);
        }

        List<TreeAttestation> bills = [await ScanAsync("sbom", tree.Stack, tree, cancellation).ConfigureAwait(false)];
        foreach (ScanTarget other in others)
        {
            LayerStack stack = other.Ref is BuildRef own ? await own.SolveAsync(cancellation).ConfigureAwait(false) : LayerStack.Empty;
            bills.Add(await ScanAsync("sbom-" + other.Name, stack, tree, cancellation).ConfigureAwait(false));
        }

        return bills;
    }

    private async Task<TreeAttestation> ScanAsync(string name, LayerStack stack, ExportedTree tree, CancellationToken cancellation)
    {
        QuestionProgress progress = begin($"[{tree.Platform}] generating {name}");
        try
        {
            PackageScan scan = await Task.Factory.StartNew(() => PackageScan.Run(new MergedTree(stack), cancellation), cancellation, TaskCreationOptions.LongRunning, TaskScheduler.Default).ConfigureAwait(false);
            byte[] document = SpdxDocument.Write(name, scan, tree.Epoch ?? time.GetUtcNow());
            progress.Report(scan.Packages.Count == 1 ? "1 package found" : $"{scan.Packages.Count} packages found", 0, 0, isComplete: true);
            progress.End("");
            return new TreeAttestation(TreeAttestation.Spdx, name + ".spdx.json", (_, _) => Task.FromResult(document));
        }
        catch (Exception e)
        {
            progress.End(e.Message);
            throw;
        }
    }

    private async Task<IReadOnlyList<TreeAttestation>> GenerateAsync(
        ImageReference generator, BillDemand demand, Platform platform, IBuildRef? made, IReadOnlyList<ScanTarget> others, CancellationToken cancellation)
    {
        var question = new ImageQuestion(generator.Canonical, null, "") { LogName = $"resolve image config for docker-image://{generator.Canonical}" };
        ResolvedImage image = await host.ResolveImageAsync(question, cancellation).ConfigureAwait(false);
        string name = image.Digest is { } digest && generator.Digest is null ? $"{image.Reference}@{digest}" : image.Reference;
        var graph = GeneratorGraph.Make(
            name, ImageJson.ReadConfig(image.Config), made?.Definition, [.. others.Select(o => (o.Name, o.Ref.Definition))], demand.Parameters, $"[{platform}] generating sbom using {generator.Canonical}");
        try
        {
            IBuildRef? written = await host.SolveAsync(graph, cancellation).ConfigureAwait(false);
            LayerStack stack = written is BuildRef own ? await own.SolveAsync(cancellation).ConfigureAwait(false) : LayerStack.Empty;
            return GeneratedBills.Read(new MergedTree(stack), generator.Familiar);
        }
        catch (QuaiException e) when (e is Steps.Programs.StepFailedException)
        {
            throw new QuaiException(e.Kind, $"sbom generator {generator.Familiar} failed: {e.Message}", e);
        }
    }
}
