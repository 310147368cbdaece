using System.Security.Cryptography;
using System.Text;
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
internal sealed class CacheMounts(string root)
{
    private const uint NewMode = 0x1ed;

    private readonly Turns _turns = new();
    private readonly Lock _lock = new();
    private readonly HashSet<string> _private = [];
    private readonly Dictionary<string, int> _used = [];

    /// <summary>Opens one for a step, and makes it where it is missing, from the files that it is to begin with.</summary>
    /// <param name="mount">The mount.</param>
    /// <param name="destination">Where it goes.</param>
    /// <param name="context">The step's inputs.</param>
    /// <param name="atEnd">Takes what to do when the step has ended.</param>
    /// <param name="cancellation">Ends the wait for a locked one.</param>
    public async Task<StepMount> OpenAsync(Mount mount, string destination, StepContext context, Action<Action> atEnd, CancellationToken cancellation)
    {
        LayerStack from = mount.Input < 0 ? LayerStack.Empty : context.Inputs[(int)mount.Input];
        string name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{mount.CacheOpt?.ID}\0{string.Join('\0', from.Layers.Select(l => l.Id))}\0{mount.Selector}")))[..32];
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

        string folder = Path.Combine(root, name);
        lock (_lock)
        {
            Make(folder, from, mount.Selector);
            _used[name] = _used.GetValueOrDefault(name) + 1;
        }

        string used = name;
        atEnd(() => Leave(used));

        return new StepMount(destination) { Source = folder, ReadOnly = mount.Readonly };
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
            using FileDescriptor parent = FileCalls.OpenDirectory(root);
            FileCalls.RemoveTree(parent.Number, Path.GetFileName(beside));
        }

        FileCalls.MakeDirectory(FileCalls.AT_FDCWD, beside, NewMode);
        var tree = new MergedTree(from);
        using (MergedDirectory? source = from.Layers.Count == 0 ? null : tree.OpenDirectory(tree.Resolve(selector)))
        using (MergedDirectory target = MergedDirectory.Root([beside]))
        {
            if (source is not null)
            {
                // What a program may change in place must not be a layer's own file.
                var copy = new TreeCopy(new CopyChanges(null, null, null, null) { IsOwn = true }, new FileSharing(new LayerFiles(), LayerStack.Empty), CancellationToken.None);
                copy.CopyContent(source, target, "");
                TreeAttributes.Copy(source.Top!, target.At(0)!, marks: false);
            }
        }

        Directory.Move(beside, folder);
    }
}
