using Quai.Build.Attestations.Provenance;
using Quai.Build.Graphs;
using Quai.Build.Layers;
using Quai.Build.Sessions;
using Quai.Build.Solving;
using Quai.Errors;

namespace Quai.Build.Sources.Git;

/// <summary>A repository of git: <c>git://HOST/PATH#REF:DIRECTORY</c>. What it stands for is found out first; a commit that is here is not fetched again.</summary>
/// <param name="layers">Where its files go.</param>
/// <param name="kept">What is here.</param>
/// <param name="secretFolder">Where what is secret may be for a while.</param>
internal sealed class GitSource(LayerStore layers, KeptLayers kept, string secretFolder) : ISourceKind
{
    private readonly Turns _turns = new();

    /// <inheritdoc/>
    public IReadOnlyList<string> Schemes { get; } = ["git"];

    /// <inheritdoc/>
    public async Task<SourceState> ResolveAsync(Vertex vertex, string rest, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        GitRepository repository = GitRepository.Read(vertex.Op.Source, rest);
        (string commit, string reference) = (repository.Reference, "");
        if (!repository.IsCommit)
        {
            await using GitAccess access = await GitAccess.OpenAsync(secretFolder, repository, session, progress, cancellation).ConfigureAwait(false);
            (commit, reference) = await new GitCheckout(access.Program, repository).ResolveAsync(access.Home, cancellation).ConfigureAwait(false);
        }

        progress.Write(1, System.Text.Encoding.UTF8.GetBytes($"{commit}\t{reference}\n"));
        return new SourceState(
            repository.IdentityOf(commit),
            token => _turns.RunAsync(repository.KeyOf(commit), () => BringAsync(repository, commit, reference, session, progress, token), token))
        {
            IsCached = kept.Find(repository.KeyOf(commit)) is not null,
            Material = new MaterialSource.OfCommit(AddressOf(repository), commit),
        };
    }

    private static string AddressOf(GitRepository repository)
    {
        string place = repository.Reference + (repository.Directory.Length > 0 ? ":" + repository.Directory : "");
        return SafeAddress.Of(repository.Remote) + (place.Length > 0 ? "#" + place : "");
    }

    private async Task<LayerStack> BringAsync(
        GitRepository repository, string commit, string reference, IBuildSession? session, IStepProgress progress, CancellationToken cancellation)
    {
        if (kept.Find(repository.KeyOf(commit)) is { } here)
        {
            return here.Stack;
        }

        await using GitAccess access = await GitAccess.OpenAsync(secretFolder, repository, session, progress, cancellation).ConfigureAwait(false);
        await using WritableLayer work = await layers.BeginAsync(LayerStack.Empty, cancellation).ConfigureAwait(false);
        await using WritableLayer layer = await layers.BeginAsync(LayerStack.Empty, cancellation).ConfigureAwait(false);
        await new GitCheckout(access.Program, repository).WriteAsync(commit, reference, work.Directory, layer.Directory, cancellation).ConfigureAwait(false);
        LayerStack stack = await layer.SealAsync(cancellation).ConfigureAwait(false);
        await kept.KeepAsync(repository.KeyOf(commit), stack, System.Text.Encoding.UTF8.GetBytes($"{repository.Shown}#{commit}"), cancellation).ConfigureAwait(false);
        return stack;
    }
}
