using Quai.Build.Solving.Keys;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using Quai.Build.Attestations.Provenance;
using Quai.Build.Caching;
using Quai.Build.Frontends;
using Quai.Build.Graphs;
using Quai.Build.Layers;
using Quai.Build.Progress;
using Quai.Build.Reasons;
using Quai.Build.RemoteCaches;
using Quai.Build.Sessions;
using Quai.Build.Sources;
using Quai.Build.Steps;
using Quai.Build.Steps.Programs;
using Quai.BuildProtocol.Llb;
using Quai.Errors;

namespace Quai.Build.Solving;

/// <summary>Solves the graphs of one build: each step once, only what is needed, and nothing whose result is in the cache.</summary>
internal sealed class VertexSolver(BuildParts parts, CacheView cache, ProgressLog log, BuildScope scope)
{
    private readonly ConcurrentDictionary<string, Lazy<Task<StepKey>>> _keys = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<StepResult>>> _results = new();
    private readonly ConcurrentDictionary<string, Lazy<Task<SourceState>>> _sources = new();
    private readonly ConcurrentDictionary<string, VertexProgress> _progress = new();

    // In the order in which their keys became known, which is that in which they follow one another.
    private readonly ConcurrentQueue<(Vertex Vertex, StepKey Key)> _solved = new();

    // Steps that run, where that is explained.
    private readonly ConcurrentDictionary<string, bool> _missed = new();

    // The layers that failed steps have left.
    private readonly ConcurrentQueue<string> _left = new();

    // Errors that a step has told of: what depends on it fails by the same, and is not to blame.
    private readonly ConcurrentDictionary<Exception, bool> _told = new();

    /// <summary>The files of a result; they are made if they are not here.</summary>
    /// <exception cref="QuaiException">A step failed.</exception>
    public async Task<LayerStack> SolveAsync(Edge edge, CancellationToken cancellation)
    {
        StepResult result = await ResultAsync(edge.Vertex).WaitAsync(cancellation).ConfigureAwait(false);
        return result.Outputs[edge.Index];
    }

    /// <summary>Tells the watchers of all steps that lead to a result.</summary>
    public void Announce(Edge edge)
    {
        var pending = new Stack<Vertex>([edge.Vertex]);
        HashSet<string> seen = [];
        while (pending.TryPop(out Vertex? vertex))
        {
            if (seen.Add(vertex.Digest))
            {
                ProgressOf(vertex);
                foreach (Edge input in vertex.Inputs)
                {
                    pending.Push(input.Vertex);
                }
            }
        }
    }

    /// <summary>The steps that have been solved, what comes first before what follows, with those of their results that are here.</summary>
    /// <param name="all">Whether results that the build did without are brought from the caches elsewhere that it began with; otherwise only those whose layers are here anyway.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<SolvedStep>> SolvedAsync(bool all, CancellationToken cancellation)
    {
        List<SolvedStep> solved = [];
        foreach ((Vertex vertex, StepKey key) in _solved.ToArray())
        {
            solved.Add(new SolvedStep(vertex, key, await InHandAsync(vertex).ConfigureAwait(false) ?? await ElsewhereAsync(key.Key, all, cancellation).ConfigureAwait(false)));
        }

        return solved;
    }

    /// <summary>The folders that outlive builds which the steps have that were solved, as they are now; those that are not here, from the caches elsewhere that the build began with.</summary>
    /// <param name="cancellation">Gives up.</param>
    public async Task<IReadOnlyList<KeptFolder>> FoldersAsync(CancellationToken cancellation)
    {
        Dictionary<string, KeptFolder> found = [];
        foreach ((Vertex vertex, _) in _solved.ToArray())
        {
            foreach (Mount mount in (vertex.Op.Exec?.Mounts ?? []).Where(m => m.MountType == MountType.Cache))
            {
                string key = await FolderKeyAsync(vertex, mount).ConfigureAwait(false);
                if (!found.ContainsKey(key) && (await HereAsync(vertex, mount, cancellation).ConfigureAwait(false) ?? await cache.FolderAsync(key, new QuietProgress()).ConfigureAwait(false)) is { } files)
                {
                    scope.Use.Hold(files);
                    found.Add(key, new KeptFolder(key, $"cache mount {mount.CacheOpt?.ID}", files));
                }
            }
        }

        return [.. found.Values];
    }

    /// <summary>The files of a mount's folder; null where it is not here, or what it begins with.</summary>
    private async Task<LayerStack?> HereAsync(Vertex vertex, Mount mount, CancellationToken cancellation)
    {
        if (mount.Input < 0)
        {
            return await parts.Folders.CopyAsync(mount, LayerStack.Empty, cancellation).ConfigureAwait(false);
        }

        Edge input = vertex.Inputs[(int)mount.Input];
        StepResult? from = await InHandAsync(input.Vertex).ConfigureAwait(false)
            ?? (input.Vertex.Op.OpCase == Op.OpOneofCase.Source ? null : await ElsewhereAsync((await KeyAsync(input.Vertex).ConfigureAwait(false)).Key, all: false, cancellation).ConfigureAwait(false));
        return from is null ? null : await parts.Folders.CopyAsync(mount, from.Outputs[input.Index], cancellation).ConfigureAwait(false);
    }

    private async Task<string> FolderKeyAsync(Vertex vertex, Mount mount) =>
        CacheMounts.KeyOf(mount, mount.Input < 0 ? "" : $"{(await KeyAsync(vertex.Inputs[(int)mount.Input].Vertex).ConfigureAwait(false)).Identity}:{vertex.Inputs[(int)mount.Input].Index}");

    private async Task<LayerStack?> FolderAsync(Vertex vertex, Mount mount, IStepProgress progress)
    {
        LayerStack? files = await cache.FolderAsync(await FolderKeyAsync(vertex, mount).ConfigureAwait(false), progress).ConfigureAwait(false);
        if (files is not null)
        {
            scope.Use.Hold(files);
        }

        return files;
    }

    /// <summary>Adds what a result was made of, as far as that was looked up.</summary>
    /// <returns>Whether any of it was.</returns>
    public bool Capture(Edge edge, BuildMaterials materials)
    {
        var pending = new Stack<Vertex>([edge.Vertex]);
        HashSet<string> seen = [];
        bool any = false;
        while (pending.TryPop(out Vertex? vertex))
        {
            if (!seen.Add(vertex.Digest))
            {
                continue;
            }

            vertex.AddDemandsTo(materials);
            if (_sources.TryGetValue(vertex.Digest, out Lazy<Task<SourceState>>? source) && source is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } state })
            {
                state.Result.Material?.AddTo(materials);
                any = true;
            }

            foreach (Edge input in vertex.Inputs)
            {
                pending.Push(input.Vertex);
            }
        }

        return any;
    }

    /// <summary>Those results of the steps that lead to a result which are here, by the steps' digests.</summary>
    public async Task<IReadOnlyDictionary<string, StepResult>> HereAsync(Edge edge, CancellationToken cancellation)
    {
        Dictionary<string, StepResult> here = [];
        var pending = new Stack<Vertex>([edge.Vertex]);
        HashSet<string> seen = [];
        while (pending.TryPop(out Vertex? vertex))
        {
            if (!seen.Add(vertex.Digest))
            {
                continue;
            }

            StepResult? result = vertex.IsImage
                ? await ResultAsync(vertex).WaitAsync(cancellation).ConfigureAwait(false)
                : await InHandAsync(vertex).ConfigureAwait(false)
                    ?? (_keys.TryGetValue(vertex.Digest, out Lazy<Task<StepKey>>? key) && vertex.Op.OpCase != Op.OpOneofCase.Source && key.Value.IsCompletedSuccessfully
                        ? await ElsewhereAsync((await key.Value.ConfigureAwait(false)).Key, all: false, cancellation).ConfigureAwait(false)
                        : null);
            if (result is not null)
            {
                here[vertex.Digest] = result;
            }

            foreach (Edge input in vertex.Inputs)
            {
                pending.Push(input.Vertex);
            }
        }

        return here;
    }

    /// <summary>The result of a step that this build has made or taken; null where it did without.</summary>
    private async Task<StepResult?> InHandAsync(Vertex vertex) =>
        _results.TryGetValue(vertex.Digest, out Lazy<Task<StepResult>>? made) && made is { IsValueCreated: true, Value.IsCompletedSuccessfully: true } ? await made.Value.ConfigureAwait(false) : null;

    private async Task<StepResult?> ElsewhereAsync(string key, bool all, CancellationToken cancellation)
    {
        CachedResult? found = await cache.FindAsync(key, cancellation).ConfigureAwait(false) ?? await cache.TakeAlongAsync(key, all).ConfigureAwait(false);
        return found is null ? null : Kept(found.Result);
    }

    /// <summary>The layers that failed steps have left: nobody's result.</summary>
    public IReadOnlyCollection<string> Left => _left;

    /// <summary>Waits until nothing runs for this build any more; it has been stopped.</summary>
    public async Task DrainAsync()
    {
        foreach (Lazy<Task<StepResult>> result in _results.Values)
        {
            await ((Task)result.Value).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private VertexProgress ProgressOf(Vertex vertex) => _progress.GetOrAdd(vertex.Digest, _ =>
    {
        VertexProgress progress = log.Of(vertex);
        progress.Announce();
        return progress;
    });

    private Task<StepKey> KeyAsync(Vertex vertex) => _keys.GetOrAdd(vertex.Digest, _ => new Lazy<Task<StepKey>>(() => Task.Run(() => ComputeKeyAsync(vertex)))).Value;

    private Task<StepResult> ResultAsync(Vertex vertex) => _results.GetOrAdd(vertex.Digest, _ => new Lazy<Task<StepResult>>(() => Task.Run(() => MakeAsync(vertex)))).Value;

    private Task<SourceState> SourceAsync(Vertex vertex) => _sources.GetOrAdd(vertex.Digest, _ => new Lazy<Task<SourceState>>(() => Task.Run(() => ResolveAsync(vertex)))).Value;

    private async Task<SourceState> ResolveAsync(Vertex vertex)
    {
        VertexProgress progress = ProgressOf(vertex);
        progress.Start();
        try
        {
            SourceState state = await parts.Sources.ResolveAsync(vertex, scope.Session, progress, scope.Stopped).ConfigureAwait(false);
            progress.End(state.IsCached);
            return state;
        }
        catch (Exception e)
        {
            throw Told(vertex, progress, e);
        }
    }

    private async Task<StepKey> ComputeKeyAsync(Vertex vertex)
    {
        if (vertex.Op.OpCase == Op.OpOneofCase.Source)
        {
            string identity = (await SourceAsync(vertex).ConfigureAwait(false)).Identity;
            return new StepKey(identity, identity);
        }

        StepKey key;
        await cache.LoadAsync().ConfigureAwait(false);
        try
        {
            // Also of what is in the cache: another build was allowed to make it.
            scope.Entitlements.Check(vertex.Op);
            key = await parts.Keys.ComputeAsync(
                vertex, i => KeyAsync(vertex.Inputs[i].Vertex), async i => (await ResultAsync(vertex.Inputs[i].Vertex).ConfigureAwait(false)).Outputs[vertex.Inputs[i].Index], cache, scope.Stopped).ConfigureAwait(false);
        }
        catch (Exception e) when (!_told.ContainsKey(e))
        {
            // Files that it needs are not there: what follows asks for its key before it is made.
            throw Told(vertex, ProgressOf(vertex), await parts.Nearby.ExplainAsync(vertex, e, scope.Session, scope.Stopped).ConfigureAwait(false));
        }

        if (vertex.Metadata.IgnoreCache)
        {
            // What follows is another result, too: it must not be taken from what was made of the old one.
            key = key with { Identity = key.Key + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8)) };
        }

        _solved.Enqueue((vertex, key));
        return key;
    }

    private async Task<StepResult> MakeAsync(Vertex vertex)
    {
        if (vertex.Op.OpCase == Op.OpOneofCase.Source)
        {
            SourceState state = await SourceAsync(vertex).ConfigureAwait(false);
            return Kept(new StepResult([await state.LoadAsync(scope.Stopped).ConfigureAwait(false)]));
        }

        VertexProgress progress = ProgressOf(vertex);
        try
        {
            StepKey key = await KeyAsync(vertex).ConfigureAwait(false);
            if (!vertex.Metadata.IgnoreCache && await CachedAsync(key.Key, progress).ConfigureAwait(false) is { } cached)
            {
                EndCached(vertex);
                return cached;
            }

            if (scope.IsExplained)
            {
                Explain(vertex, key);
            }

            StepResult[] inputs = await Task.WhenAll(vertex.Inputs.Select(i => ResultAsync(i.Vertex))).ConfigureAwait(false);
            LayerStack[] trees = [.. vertex.Inputs.Select((e, i) => inputs[i].Outputs[e.Index])];
            progress.Start();
            StepResult result = await parts.Runs.RunAsync(
                vertex.Metadata.IgnoreCache ? key.Identity : key.Key, progress, (shared, token) => RunAsync(vertex, key, new StepContext(trees, scope.Session, shared) { FoldersElsewhere = mount => FolderAsync(vertex, mount, shared) }, token), scope.Stopped)
                .ConfigureAwait(false);
            progress.End(isCached: false);
            return Kept(result);
        }
        catch (Exception e) when (!_told.ContainsKey(e))
        {
            throw Told(vertex, progress, await parts.Nearby.ExplainAsync(vertex, e, scope.Session, scope.Stopped).ConfigureAwait(false));
        }
    }

    private async Task<StepResult?> CachedAsync(string key, VertexProgress progress)
    {
        CachedResult? found = await cache.FindAsync(key, scope.Stopped).ConfigureAwait(false) ?? await cache.FetchAsync(key, progress).ConfigureAwait(false);
        if (found is null)
        {
            return null;
        }

        // Held first, and then looked for again: a cleaning of the cache may have come between.
        StepResult kept = Kept(found.Result);
        return cache.IsHere(key) ? kept : null;
    }

    /// <summary>Tells why a step runs: what of it, or of what it takes, is not as when it ran before.</summary>
    private void Explain(Vertex vertex, StepKey key)
    {
        _missed[vertex.Digest] = true;
        MissedInput[] inputs = [.. vertex.Inputs.Select(i => new MissedInput(
            StepReason.NameOf(i.Vertex.Name),
            i.Vertex.IsImage,
            !i.Vertex.IsImage && i.Vertex.Op.Source?.Identifier is { } address && !address.StartsWith(SourceSchemes.Local, StringComparison.Ordinal) ? address : null,
            _missed.ContainsKey(i.Vertex.Digest),
            _sources.TryGetValue(i.Vertex.Digest, out Lazy<Task<SourceState>>? source) && source is { IsValueCreated: true, Value: { IsCompletedSuccessfully: true } state } ? state.Result.Changes?.Invoke() : null))];
        string reason = vertex.Metadata.IgnoreCache ? "the cache is not to be used for it" : MissedCache.Explain(parts.Reasons.Find(scope.Reasons, vertex.Name), StepReason.Of(vertex, key), inputs);
        log.Add(new WarningEvent(vertex.Digest, 0, reason) { Url = BuildReasons.Url });
    }

    private async Task<StepResult> RunAsync(Vertex vertex, StepKey key, StepContext context, CancellationToken cancellation)
    {
        StepResult result = await parts.Steps.RunAsync(vertex, context, cancellation).ConfigureAwait(false);
        await parts.Records.SaveAsync(
            key.Key, key.Identity, vertex.Name, vertex.Kind, result, c => parts.Reasons.Save(c, scope.Reasons, vertex.Name, StepReason.Of(vertex, key))).ConfigureAwait(false);
        return result;
    }

    /// <summary>The result of a step was there, and so what leads to it need not be made: all of it is told as cached, what comes first before what follows.</summary>
    private void EndCached(Vertex vertex)
    {
        foreach (Vertex ended in VertexOrder.To(vertex))
        {
            ProgressOf(ended).End(isCached: true);
        }
    }

    /// <summary>Tells of an error of a step's own, and gives it with the place of the step.</summary>
    private Exception Told(Vertex vertex, VertexProgress progress, Exception error)
    {
        if (error is StepFailedException { Left: { } left })
        {
            Keep(left);
        }

        progress.End(isCached: false, ErrorOf(error));
        Exception located = error is QuaiException known and not SourceException ? scope.Locate(vertex, known) ?? error : error;
        _told[located] = true;
        return located;
    }

    private void Keep(FailedStep failed)
    {
        foreach (LayerStack stack in failed.Mounts.OfType<LayerStack>())
        {
            scope.Use.Hold(stack);
            foreach (BuildLayer layer in stack.Layers.Except(failed.Inputs.SelectMany(i => i.Layers)))
            {
                _left.Enqueue(layer.Id);
            }
        }
    }

    private StepResult Kept(StepResult result)
    {
        foreach (LayerStack stack in result.Outputs)
        {
            scope.Use.Hold(stack);
        }

        return result;
    }

    private static string ErrorOf(Exception error) => error is OperationCanceledException ? "context canceled" : error.Message;
}
