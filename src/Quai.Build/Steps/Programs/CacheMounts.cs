using System.Security.Cryptography;
using System.Text;
using Quai.Archives;
using Quai.Build.Caching;
using Quai.Build.Execution;
using Quai.Build.Layers;
using Quai.Build.Trees;
using Quai.BuildProtocol.Llb;
using Quai.Linux;
using Quai.Linux.Modes;
using Quai.Linux.Trees;

namespace Quai.Build.Steps.Programs;

/// <summary>Folders that outlive builds: <c>RUN --mount=type=cache</c>. One that is locked is another step's alone for as long as that runs; one that is private is given to one step at a time.</summary>
/// <param name="root">Where they are.</param>
/// <param name="chosen">Folders of the host, by the ids of those that are there: they are not this builder's to remove.</param>
/// <param name="layers">Where copies are made of them.</param>
internal sealed class CacheMounts(string root, IReadOnlyDictionary<string, string> chosen, LayerStore layers)
{
    private const uint NewMode = 0x1ed;
    private const int MostCopies = 5;

    private readonly Turns _turns = new();
    private readonly Lock _lock = new();
    private readonly HashSet<string> _private = [];
    private readonly Dictionary<string, int> _used = [];

    /// <summary>By what caches elsewhere know a mount's folder.</summary>
    /// <param name="mount">A mount of a cache.</param>
    /// <param name="input">What the files are that it begins with, wherever they were made; empty for none.</param>
    public static string KeyOf(Mount mount, string input) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        "cache mount\0" + mount.CacheOpt?.ID + (input.Length > 0 ? $"\0{input}\0{mount.Selector}" : ""))));

    /// <summary>Opens one for a step, and makes it where it is missing, from the files that it is to begin with, or those that a cache elsewhere has.</summary>
    /// <param name="mount">The mount.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="context">The step's inputs.</param>
    /// <param name="atEnd">Takes what to do when the step has ended.</param>
    /// <param name="cancellation">Ends the wait for a locked one.</param>
    public async Task<StepMount> OpenAsync(Mount mount, string destination, StepContext context, Action<Action> atEnd, CancellationToken cancellation)
    {
        LayerStack from = mount.Input < 0 ? LayerStack.Empty : context.Inputs[(int)mount.Input];
        string name = NameOf(mount, from), selector = mount.Selector;
        switch (mount.CacheOpt?.Sharing)
        {
            case CacheSharingOpt.Locked:
                IDisposable turn = await _turns.EnterAsync(name, cancellation).ConfigureAwait(false);
                atEnd(turn.Dispose);
                break;
            case CacheSharingOpt.Private:
                name = TakePrivate(name);
                string taken = name;
                atEnd(() => ReleasePrivate(taken));
                break;
        }

        string folder = FolderOf(mount, name);
        if (context.FoldersElsewhere is { } elsewhere && !Directory.Exists(folder) && await elsewhere(mount).ConfigureAwait(false) is { } files)
        {
            (from, selector) = (files, KeptFolder.Folder);
        }

        lock (_lock)
        {
            Make(folder, from, selector);
            Enter(name);
        }

        string used = name;
        atEnd(() => Leave(used));

        return new StepMount(destination) { Source = folder, ReadOnly = mount.Readonly };
    }

    /// <summary>Copies one's files, as they are now, into a layer; null where there is no such folder.</summary>
    /// <param name="mount">The mount.</param>
    /// <param name="from">The files that it begins with.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="LinuxException">A file cannot be read.</exception>
    public async Task<LayerStack?> CopyAsync(Mount mount, LayerStack from, CancellationToken cancellation)
    {
        string name = NameOf(mount, from), folder = FolderOf(mount, name);
        using IDisposable turn = await _turns.EnterAsync(name, cancellation).ConfigureAwait(false);
        lock (_lock)
        {
            if (!Directory.Exists(folder))
            {
                return null;
            }

            Enter(name);
        }

        try
        {
            for (int attempt = 1; ; attempt++)
            {
                await using WritableLayer made = await layers.BeginAsync(LayerStack.Empty, cancellation).ConfigureAwait(false);
                try
                {
                    string inner = Path.Combine(made.Directory, KeptFolder.Folder);
                    FileCalls.MakeDirectory(FileCalls.AT_FDCWD, inner, NewMode);
                    await DeepThread.RunAsync("files", () => Copy([folder], "/", inner, cancellation)).ConfigureAwait(false);
                    return await made.SealAsync(cancellation).ConfigureAwait(false);
                }
                catch (LinuxException e) when (e.Errno == Errno.ENOENT && attempt < MostCopies)
                {
                    // A step that shares the folder has removed a file meanwhile.
                }
            }
        }
        finally
        {
            Leave(name);
        }
    }

    /// <summary>All of them, as records of the cache.</summary>
    public IReadOnlyList<CacheRecord> List()
    {
        if (!Directory.Exists(root))
        {
            return [];
        }

        return
        [
            .. new DirectoryInfo(root).EnumerateDirectories().Select(d => new CacheRecord(d.Name, "exec.cachemount")
            {
                Size = FileTree.Size(d.FullName),
                CreatedAt = d.CreationTimeUtc,
                LastUsedAt = d.LastWriteTimeUtc,
                Description = "cache mount",
                IsMutable = true,
                IsInUse = IsUsed(d.Name),
            }),
        ];
    }

    /// <summary>Removes one, unless a step uses it.</summary>
    public bool TryRemove(string name)
    {
        lock (_lock)
        {
            if (_used.ContainsKey(name) || !Directory.Exists(Path.Combine(root, name)))
            {
                return false;
            }

            using FileDescriptor parent = FileCalls.OpenDirectory(root);
            FileCalls.RemoveTree(parent.Number, name);
            return true;
        }
    }

    private bool IsUsed(string name)
    {
        lock (_lock)
        {
            return _used.ContainsKey(name);
        }
    }

    private string TakePrivate(string name)
    {
        lock (_lock)
        {
            for (int i = 0; ; i++)
            {
                string candidate = i == 0 ? name : $"{name}-{i}";
                if (_private.Add(candidate))
                {
                    return candidate;
                }
            }
        }
    }

    // In the lock.
    private void Enter(string name) => _used[name] = _used.GetValueOrDefault(name) + 1;

    private void Leave(string name)
    {
        lock (_lock)
        {
            if (--_used[name] == 0)
            {
                _used.Remove(name);
            }
        }
    }

    private void ReleasePrivate(string name)
    {
        lock (_lock)
        {
            _private.Remove(name);
        }
    }

    // Made beside, and given its name when it is complete.
    private void Make(string folder, LayerStack from, string selector)
    {
        if (Directory.Exists(folder))
        {
            return;
        }

        PrivateFolder.Make(root);
        string beside = folder + ".new";
        if (Directory.Exists(beside))
        {
            using FileDescriptor parent = FileCalls.OpenDirectory(Path.GetDirectoryName(beside)!);
            FileCalls.RemoveTree(parent.Number, Path.GetFileName(beside));
        }

        FileCalls.MakeDirectory(FileCalls.AT_FDCWD, beside, NewMode);
        Copy(from.Directories, selector, beside, CancellationToken.None);
        Directory.Move(beside, folder);
    }

    // What a program may change in place must not be a layer's own file.
    private static void Copy(IReadOnlyList<string> from, string path, string target, CancellationToken cancellation)
    {
        var tree = new MergedTree(from);
        using MergedDirectory? source = from.Count == 0 ? null : tree.OpenDirectory(tree.Resolve(path));
        using MergedDirectory made = MergedDirectory.Root([target]);
        if (source is not null)
        {
            var copy = new TreeCopy(CopyChanges.None with { IsOwn = true }, new FileSharing(new LayerFiles(), LayerStack.Empty), cancellation) { LinkRoot = made.At(0) };
            copy.CopyContent(source, made, "");
            TreeAttributes.Copy(source.Top!, made.At(0)!, marks: false);
        }
    }

    private static string NameOf(Mount mount, LayerStack from) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{mount.CacheOpt?.ID}\0{string.Join('\0', from.Layers.Select(l => l.Id))}\0{mount.Selector}")))[..32];

    // Of several that are private the first one has the chosen folder. Ids are told with the build's name space before them, which is usually empty.
    private string FolderOf(Mount mount, string name) =>
        !name.Contains('-', StringComparison.Ordinal) && mount.CacheOpt?.ID is { } id && chosen.TryGetValue(id.StartsWith('/') ? id[1..] : id, out string? folder) ? folder : Path.Combine(root, name);
}
