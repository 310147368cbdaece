using Quai.Errors;
using Quai.Linux;

namespace Quai.Build.Sources.Git;

/// <summary>Fetches a repository's commits, and the files of one of them.</summary>
/// <param name="git">The program.</param>
/// <param name="repository">The repository.</param>
internal sealed class GitCheckout(GitProgram git, GitRepository repository)
{
    private const string GitFolder = ".git";

    /// <summary>The commit that the repository's reference stands for now.</summary>
    /// <param name="folder">Any folder.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="QuaiException">There is no such reference, or the repository cannot be read.</exception>
    public async Task<(string Commit, string Reference)> ResolveAsync(string folder, CancellationToken cancellation)
    {
        if (repository.IsCommit)
        {
            return (repository.Reference, "");
        }

        string wanted = repository.Reference.Length > 0 ? repository.Reference : "HEAD";
        string listed;
        try
        {
            listed = await git.RunAsync(folder, cancellation, "ls-remote", "--", repository.Remote, wanted, wanted + "^{}").ConfigureAwait(false);
        }
        catch (QuaiException e)
        {
            throw new QuaiException(e.Kind, $"failed to fetch remote {repository.Shown}: {e.Message}", e);
        }

        Dictionary<string, string> found = [];
        foreach (string line in listed.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('\t') is [var commit, var name] && GitRepository.IsCommitId(commit))
            {
                found[name] = commit;
            }
        }

        // In the order in which git looks names up. Behind an annotated tag there is another object.
        foreach (string name in (ReadOnlySpan<string>)[wanted, "refs/" + wanted, "refs/tags/" + wanted, "refs/heads/" + wanted])
        {
            if (found.TryGetValue(name, out string? commit))
            {
                return (found.GetValueOrDefault(name + "^{}") ?? commit, name);
            }
        }

        throw QuaiException.Invalid($"repository {repository.Shown} does not contain ref {wanted}");
    }

    /// <summary>Puts the files of a commit into a folder.</summary>
    /// <param name="commit">The commit.</param>
    /// <param name="reference">What stands for it there; empty where that is not known.</param>
    /// <param name="work">An empty folder on the same file system, in which anything may be left.</param>
    /// <param name="target">The folder; it is empty.</param>
    /// <param name="cancellation">Stops.</param>
    /// <exception cref="QuaiException">The commit cannot be fetched, or has no such directory.</exception>
    public async Task WriteAsync(string commit, string reference, string work, string target, CancellationToken cancellation)
    {
        string tree = Path.Combine(work, "tree");
        Directory.CreateDirectory(tree);
        try
        {
            await git.RunAsync(tree, cancellation, "init", "-q", "--template=", ".").ConfigureAwait(false);
            await git.RunAsync(tree, cancellation, "remote", "add", "origin", repository.Remote).ConfigureAwait(false);
            await FetchAsync(tree, commit, reference, cancellation).ConfigureAwait(false);
            await git.RunAsync(tree, cancellation, "checkout", "-q", "--force", "--detach", commit).ConfigureAwait(false);
            if (File.Exists(Path.Combine(tree, ".gitmodules")))
            {
                await SubmodulesAsync(tree, cancellation).ConfigureAwait(false);
            }
        }
        catch (QuaiException e)
        {
            throw new QuaiException(e.Kind, $"failed to fetch remote {repository.Shown}: {e.Message}", e);
        }

        await FinishAsync(tree, cancellation).ConfigureAwait(false);
        Move(FindDirectory(tree), target);
    }

    /// <summary>As little as the server allows: the commit alone, or what stands for it, or everything.</summary>
    private async Task FetchAsync(string tree, string commit, string reference, CancellationToken cancellation)
    {
        if (await git.TryAsync(tree, cancellation, "fetch", "-q", "--depth=1", "--no-tags", "origin", commit).ConfigureAwait(false)
            || (reference.Length > 0 && await git.TryAsync(tree, cancellation, "fetch", "-q", "--depth=1", "--no-tags", "origin", reference).ConfigureAwait(false) && await HasAsync(tree, commit, cancellation).ConfigureAwait(false)))
        {
            return;
        }

        string[] depth = File.Exists(Path.Combine(tree, GitFolder, "shallow")) ? ["--unshallow"] : [];
        await git.RunAsync(tree, cancellation, ["fetch", "-q", .. depth, "origin", "+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"]).ConfigureAwait(false);
        if (!await HasAsync(tree, commit, cancellation).ConfigureAwait(false))
        {
            throw QuaiException.Invalid($"there is no commit {commit}");
        }
    }

    private Task<bool> HasAsync(string tree, string commit, CancellationToken cancellation) => git.TryAsync(tree, cancellation, "cat-file", "-e", commit + "^{commit}");

    private async Task SubmodulesAsync(string tree, CancellationToken cancellation)
    {
        if (!await git.TryAsync(tree, cancellation, "submodule", "update", "-q", "--init", "--recursive", "--depth=1").ConfigureAwait(false))
        {
            await git.RunAsync(tree, cancellation, "submodule", "update", "-q", "--init", "--recursive").ConfigureAwait(false);
        }
    }

    /// <summary>Leaves of git's own files what is wanted, and nothing that only this machine knows.</summary>
    private async Task FinishAsync(string tree, CancellationToken cancellation)
    {
        if (repository.KeepsGitFiles)
        {
            await git.RunAsync(tree, cancellation, "remote", "set-url", "origin", repository.Shown).ConfigureAwait(false);
            await git.RunAsync(tree, cancellation, "reflog", "expire", "--all", "--expire=now").ConfigureAwait(false);
            File.Delete(Path.Combine(tree, GitFolder, "FETCH_HEAD"));
            return;
        }

        Directory.Delete(Path.Combine(tree, GitFolder), recursive: true);

        // Nothing that is tracked can have this name: what is left are the files by which submodules find theirs.
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        foreach (string link in Directory.EnumerateFiles(tree, GitFolder, options))
        {
            File.Delete(link);
        }
    }

    /// <summary>The wanted directory of the files; no link leads to it.</summary>
    private string FindDirectory(string tree)
    {
        string path = tree;
        foreach (string part in repository.Directory.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            path = Path.Combine(path, part);
            if (part == GitFolder || !Directory.Exists(path) || new DirectoryInfo(path).LinkTarget is not null)
            {
                throw QuaiException.Invalid($"repository {repository.Shown} has no directory {repository.Directory}");
            }
        }

        return path;
    }

    private static void Move(string from, string to)
    {
        foreach (string entry in Directory.GetFileSystemEntries(from))
        {
            FileCalls.Rename(FileCalls.AT_FDCWD, entry, FileCalls.AT_FDCWD, Path.Combine(to, Path.GetFileName(entry)));
        }
    }
}
