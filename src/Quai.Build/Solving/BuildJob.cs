using System.Collections.Concurrent;
using Quai.Build.Attestations;
using Quai.Build.Attestations.Bills;
using Quai.Build.Attestations.Provenance;
using Quai.Build.Caching;
using Quai.Build.Execution;
using Quai.Build.Exporting;
using Quai.Build.Frontends;
using Quai.Build.Graphs;
using Quai.Build.Jobs;
using Quai.Build.Layers;
using Quai.Build.Progress;
using Quai.Build.RemoteCaches;
using Quai.Build.Sources;
using Quai.Build.Sources.Layouts;
using Quai.Build.Steps;
using Quai.Build.Steps.Programs;
using Quai.BuildProtocol.Llb;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.Build.Solving;

/// <summary>A build in progress.</summary>
internal sealed class BuildJob : IBuildJob
{
    private readonly BuildParts _parts;
    private readonly BuildJobOptions _options;
    private readonly ProgressLog _log;
    private readonly CancellationTokenSource _stop = new();
    private readonly BuildScope _scope;
    private readonly ConcurrentDictionary<ImageQuestion, Lazy<Task<ResolvedImage>>> _resolved = new();

    // A frontend asks for them at every turn; for one build they stay what they are.
    private readonly Lazy<IReadOnlyList<Oci.Images.Platform>> _platforms = new(RunnablePlatforms.Find);
    private readonly ImportedCaches _imported;
    private readonly VertexSolver _solver;
    private readonly BuildAccount _account;
    private readonly Action<BuildJob> _ended;
    private readonly LayerUses.Use _use;

    public BuildJob(BuildParts parts, BuildJobOptions options, Action<BuildJob> ended)
    {
        _parts = parts;
        _options = options;
        _ended = ended;
        Stopped = _stop.Token;
        _log = new ProgressLog(parts.Time);
        _use = parts.Uses.Begin();
        _scope = new BuildScope(options.Session, new Entitlements(options.Entitlements, parts.Entitlements, parts.Devices), _use, _stop.Token) { IsExplained = options.IsExplained };
        _imported = parts.Imports(options.Session, Begin, _stop.Token);
        _solver = new VertexSolver(parts, new CacheView(parts.Records, parts.Layers, _imported), _log, _scope);
        _account = new BuildAccount(_solver, parts.Layers, parts.Time);
    }

    /// <inheritdoc/>
    public string Id => _options.Id;

    /// <inheritdoc/>
    public CancellationToken Stopped { get; }

    /// <inheritdoc/>
    public IReadOnlyList<Oci.Images.Platform> Platforms => _platforms.Value;

    /// <inheritdoc/>
    public string SessionId => _options.Session?.Id ?? "";

    /// <inheritdoc/>
    public Task<ResolvedImage> ResolveImageAsync(ImageQuestion question, CancellationToken cancellation) =>
        // Stages that begin with the same image ask once, and all of a build has the same answer.
        _resolved.GetOrAdd(question, q => new Lazy<Task<ResolvedImage>>(() => ResolveImageAsync(q))).Value.WaitAsync(cancellation);

    private async Task<ResolvedImage> ResolveImageAsync(ImageQuestion asked)
    {
        ImageQuestion question = asked.Store.Length > 0 ? asked : Allowed(asked);
        var progress = new QuestionProgress(_log, question.LogName.Length > 0 ? question.LogName : $"[internal] load metadata for {question.Reference}", _parts.Time);
        try
        {
            if (question.Store.Length > 0)
            {
                Oci.Images.Digest digest = Oci.Images.ImageReference.Parse(question.Reference).Digest ?? throw QuaiException.Invalid($"{question.Reference} has no digest of an image of a layout");
                LayoutImage there = await LayoutImage.ReadAsync(_options.Session, question.Store, digest, question.Platform, _stop.Token).ConfigureAwait(false);
                progress.End("");
                return new ResolvedImage(question.Reference, digest, there.Config);
            }

            (Images.Image image, bool wasHere) = await _parts.Images.GetAsync(question.Reference, question.Platform, question.Mode, _options.Session, progress, _stop.Token).ConfigureAwait(false);
            progress.End("");
            _account.Asked(question, image);
            return new ResolvedImage(question.Reference, BaseImages.DigestIn(question.Reference, image), _parts.Exports.ConfigOf(image));
        }
        catch (Exception e)
        {
            progress.End(e.Message);
            throw;
        }
    }

    /// <summary>The image that stands for the one that is asked for.</summary>
    private ImageQuestion Allowed(ImageQuestion question)
    {
        if (_options.Policy is null)
        {
            return question;
        }

        string asked = SourceSchemes.Image + question.Reference, given;
        try
        {
            given = _options.Policy.Apply(new SourceOp { Identifier = asked }).Identifier;
        }
        catch (QuaiException e)
        {
            throw new QuaiException(e.Kind, $"failed to resolve source metadata for {question.Reference}: could not resolve image due to policy: {e.Message}", e);
        }

        return given.StartsWith(SourceSchemes.Image, StringComparison.Ordinal)
            ? question with { Reference = given[SourceSchemes.Image.Length..] }
            : throw QuaiException.Invalid($"ref mutated by policy to non-image: {asked} -> {given}");
    }

    /// <inheritdoc/>
    public Task<IBuildRef?> SolveAsync(Definition definition, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        Edge? edge = GraphReader.Read(definition, _options.Policy);
        if (edge is null)
        {
            return Task.FromResult<IBuildRef?>(null);
        }

        _scope.Learn(definition);
        _solver.Announce(edge);
        var solved = new BuildRef(definition, edge, token => _solver.SolveAsync(edge, token));
        _account.Solved(solved);
        return Task.FromResult<IBuildRef?>(solved);
    }

    /// <inheritdoc/>
    public void Warn(WarningEvent warning) => _log.Add(warning);

    /// <inheritdoc/>
    public async Task<SolveResult> RunFrontendAsync(string name, FrontendRequest request, CancellationToken cancellation)
    {
        ImportCache(CacheAttribute.Read(request.Attributes));
        IFrontend frontend = _parts.Frontends.FirstOrDefault(f => f.Name == name) ?? throw QuaiException.Invalid($"failed to find frontend: {name}");
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        SolveResult result = await frontend.RunAsync(request, this, both.Token).ConfigureAwait(false);
        _account.Used(new FrontendUse(name, request.Attributes), result);
        return result;
    }

    /// <inheritdoc/>
    public async Task<int> RunProgramAsync(IBuildRef? root, FrontendProgram program, CancellationToken cancellation)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        LayerStack files = root is BuildRef own ? await own.SolveAsync(both.Token).ConfigureAwait(false) : LayerStack.Empty;
        return await _parts.Programs.RunAsync(files, program, both.Token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IBuildContainer> OpenContainerAsync(ContainerRequest request, CancellationToken cancellation)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        LayerStack[] files = await Task.WhenAll(request.Mounts.Select(m => m.Files).OfType<IBuildRef>().Select(f => ((BuildRef)f).SolveAsync(both.Token))).ConfigureAwait(false);
        return await _parts.Programs.OpenAsync(request, new StepContext(files, _scope.Session, new QuietProgress()), _scope.Entitlements, _stop.Token).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public IReadOnlyList<IBuildRef?> FilesOf(FailedStep failed) => [.. failed.Mounts.Select(m => m is null ? null : Made(m))];

    /// <inheritdoc/>
    public IReadOnlyList<IBuildRef> InputsOf(FailedStep failed) => [.. failed.Inputs.Select(Made)];

    private static BuildRef Made(LayerStack files) => new(new Definition(), null, _ => Task.FromResult(files));

    /// <inheritdoc/>
    public void ImportCache(IReadOnlyList<CacheReference> caches) => _imported.Add(caches);

    /// <inheritdoc/>
    public void CheckCaches(IReadOnlyList<CacheReference> caches) => _parts.CacheExports.Check(caches, _options.Session);

    /// <inheritdoc/>
    public async Task<IReadOnlyDictionary<string, string>> ExportAsync(
        SolveResult result, IReadOnlyList<ExportRequest> exports, IReadOnlyList<CacheReference> caches, AttestationDemands attestations, CancellationToken cancellation)
    {
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _stop.Token);
        _parts.Exports.Check(exports);
        IReadOnlyList<ExportedTree> trees = await Exports.TreesAsync(result, both.Token).ConfigureAwait(false);
        trees = await new TreeAttestations(_account, new BillMaker(this, Begin, _parts.Time)).AttestAsync(trees, result, attestations, both.Token).ConfigureAwait(false);
        IReadOnlyList<SolvedStep> steps = caches.Count == 0 ? [] : await _solver.SolvedAsync(caches.Any(c => c.Type != CacheExports.InlineType && new CacheDemands(c).IsComplete), both.Token).ConfigureAwait(false);
        if (caches.Any(c => c.Type == CacheExports.InlineType))
        {
            trees = [.. trees.Select(t => t with { InlineCache = CacheGraphs.Inline(steps, t.Stack) })];
        }

        IReadOnlyList<KeptFolder> folders = caches.Any(c => c.Type != CacheExports.InlineType && new CacheDemands(c).TakesMounts) ? await _solver.FoldersAsync(both.Token).ConfigureAwait(false) : [];
        var answer = new Dictionary<string, string>(await _parts.Exports.RunAsync(trees, exports, _options.Session, Begin, both.Token).ConfigureAwait(false));
        foreach ((string key, string value) in await _parts.CacheExports.RunAsync(caches, steps, [.. trees.Select(t => t.Stack)], folders, _options.Session, Begin, both.Token).ConfigureAwait(false))
        {
            answer[key] = value;
        }

        return answer;
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<(string Key, byte[] Document)>> ProvenanceAsync(SolveResult result, CancellationToken cancellation)
    {
        List<(string, byte[])> all = [];
        IReadOnlyList<ExportedTree> trees = await Exports.TreesAsync(result, cancellation).ConfigureAwait(false);
        foreach ((ExportedTree tree, TreeAttestation told) in trees.Zip(new TreeAttestations(_account, null).Provenance(trees, result, ProvenanceDemand.OfRecords)))
        {
            all.Add((tree.Key, Statements.InLines(await told.PredicateAsync(new Dictionary<string, Descriptor>(), cancellation).ConfigureAwait(false))));
        }

        return all;
    }

    /// <inheritdoc/>
    public IReadOnlyList<BuildEvent> Events => _log.Snapshot();

    /// <inheritdoc/>
    public IAsyncEnumerable<BuildEvent> WatchAsync(CancellationToken cancellation) => _log.WatchAsync(cancellation);

    /// <inheritdoc/>
    public void Stop() => _stop.Cancel();

    private QuestionProgress Begin(string name) => new(_log, name, _parts.Time);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _solver.DrainAsync().ConfigureAwait(false);
        _use.Dispose();
        if (await _parts.Records.ForgetAsync(_solver.Left, _parts.Uses.Holds).ConfigureAwait(false) | await _parts.Records.ForgetUnusedAsync(_parts.Uses.Holds).ConfigureAwait(false))
        {
            await _parts.Collector.RunQuietlyAsync().ConfigureAwait(false);
        }

        _log.Complete();
        _ended(this);
    }
}
