using Quai.Build.Execution;
using Quai.Build.Layers;
using Quai.Build.Sessions;
using Quai.Build.Steps.Files;
using Quai.Build.Trees;
using Quai.BuildProtocol.Llb;
using Quai.Errors;
using Quai.Linux;
using Quai.Linux.Modes;
using Quai.Linux.Trees;

namespace Quai.Build.Steps.Programs;

/// <summary>What steps have mounted beside their root: files of other steps, folders that outlive builds, memory, secrets.</summary>
/// <param name="folder">Where secrets are for as long as a step runs: a folder of this process's own, in memory.</param>
/// <param name="caches">Folders that outlive builds.</param>
/// <param name="layers">Where files are written that a mount shows.</param>
internal sealed class StepMounts(string folder, CacheMounts caches, LayerStore layers)
{
    private const uint DefaultSecretMode = 0x100, DefaultSocketMode = 0x180;

    /// <summary>Prepares an operation's mounts.</summary>
    /// <exception cref="QuaiException">A secret is missing, or a mount is of a kind that is not supported.</exception>
    public async Task<Prepared> PrepareAsync(ExecOp exec, StepContext context, CancellationToken cancellation)
    {
        var prepared = new Prepared();
        try
        {
            foreach (Mount mount in exec.Mounts.Where(m => m.Dest != "/"))
            {
                await AddAsync(prepared, exec, mount, context, cancellation).ConfigureAwait(false);
            }

            foreach (SecretEnv variable in exec.Secretenv)
            {
                byte[]? value = await SecretAsync(variable.ID, context, cancellation).ConfigureAwait(false);
                if (value is not null)
                {
                    prepared.Variables.Add($"{variable.Name}={System.Text.Encoding.UTF8.GetString(value)}");
                }
                else if (!variable.Optional)
                {
                    throw Missing(variable.ID);
                }
            }

            return prepared;
        }
        catch
        {
            await prepared.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task AddAsync(Prepared prepared, ExecOp exec, Mount mount, StepContext context, CancellationToken cancellation)
    {
        string destination = MergedTree.Clean(mount.Dest.StartsWith('/') ? mount.Dest : $"{exec.Meta.Cwd}/{mount.Dest}");
        switch (mount.MountType)
        {
            case MountType.Bind:
                await BindAsync(prepared, mount, destination, context, cancellation).ConfigureAwait(false);
                break;
            case MountType.Cache:
                prepared.Mounts.Add(await caches.OpenAsync(mount, destination, context, prepared.Add, cancellation).ConfigureAwait(false));
                break;
            case MountType.Tmpfs:
                prepared.Mounts.Add(new StepMount(destination) { Size = mount.TmpfsOpt?.Size ?? 0 });
                break;
            case MountType.Secret:
                byte[]? secret = await SecretAsync(mount.SecretOpt.ID, context, cancellation).ConfigureAwait(false);
                if (secret is not null)
                {
                    prepared.Mounts.Add(new StepMount(destination) { Source = Write(prepared, mount.SecretOpt, secret), ReadOnly = true });
                }
                else if (!mount.SecretOpt.Optional)
                {
                    throw Missing(mount.SecretOpt.ID);
                }

                break;
            case MountType.Ssh:
                await ForwardAsync(prepared, mount, destination, context, cancellation).ConfigureAwait(false);
                break;
            default:
                throw QuaiException.Invalid($"the mount at {mount.Dest} is of the unknown kind {mount.MountType}");
        }
    }

    /// <summary>Files of another step: to be read, or in a layer of their own to be written, which is kept only where it is a result.</summary>
    private async Task BindAsync(Prepared prepared, Mount mount, string destination, StepContext context, CancellationToken cancellation)
    {
        LayerStack stack = mount.Input < 0 ? LayerStack.Empty : context.Inputs[(int)mount.Input];
        var tree = new MergedTree(stack);
        string selected = tree.Resolve(mount.Selector);
        if (tree.Status(selected) is not { } status)
        {
            throw new MissingFileException(selected, $"\"{mount.Selector}\": not found");
        }

        var shown = new StepMount(destination) { Subpath = selected == "/" ? null : selected[1..], IsFile = !status.IsDirectory };
        if (mount.Readonly)
        {
            prepared.Mounts.Add(shown with { Layers = stack.Directories, ReadOnly = true });
            return;
        }

        WritableLayer layer = await layers.BeginAsync(stack, cancellation).ConfigureAwait(false);
        prepared.Add(layer);
        prepared.Written[mount] = layer;
        prepared.Mounts.Add(shown with { Written = layer.Snapshot });
    }

    private async Task ForwardAsync(Prepared prepared, Mount mount, string destination, StepContext context, CancellationToken cancellation)
    {
        string id = mount.SSHOpt?.ID is { Length: > 0 } given ? given : "default";
        if (context.Session is { } session && await session.HasAgentAsync(id, cancellation).ConfigureAwait(false))
        {
            PrivateFolder.Make(folder);
            var agent = AgentSocket.Open(Path.Combine(folder, Guid.NewGuid().ToString("N")[..12]), token => session.ConnectAgentAsync(id, token));
            prepared.Add(agent);
            SetOwner(agent.Path, mount.SSHOpt?.Mode ?? 0, DefaultSocketMode, mount.SSHOpt?.Uid ?? 0, mount.SSHOpt?.Gid ?? 0);
            prepared.Mounts.Add(new StepMount(destination) { Source = agent.Path });
        }
        else if (mount.SSHOpt?.Optional != true)
        {
            throw QuaiException.NotFound($"no SSH key \"{id}\" forwarded from the client");
        }
    }

    private string Write(Prepared prepared, SecretOpt secret, byte[] value)
    {
        string path = Path.Combine(folder, Guid.NewGuid().ToString("N"));
        PrivateFolder.Make(folder);
        prepared.Add(() => File.Delete(path));
        File.WriteAllBytes(path, []);
        SetOwner(path, secret.Mode, DefaultSecretMode, secret.Uid, secret.Gid);
        File.WriteAllBytes(path, value);
        return path;
    }

    private static void SetOwner(string path, uint mode, uint usual, uint uid, uint gid)
    {
        File.SetUnixFileMode(path, (UnixFileMode)((mode == 0 ? usual : mode) & 0x1ff));
        Links.SetOwner(path, (int)uid, (int)gid);
    }

    private static async Task<byte[]?> SecretAsync(string id, StepContext context, CancellationToken cancellation) =>
        context.Session is { } session ? await session.SecretAsync(id, cancellation).ConfigureAwait(false) : null;

    private static QuaiException Missing(string id) => QuaiException.NotFound($"secret {id}: not found");

    /// <summary>Mounts of one step, until it has ended.</summary>
    public sealed class Prepared : IAsyncDisposable
    {
        private readonly Stack<Func<ValueTask>> _undo = new();

        /// <summary>The layers that mounts write to.</summary>
        public Dictionary<Mount, WritableLayer> Written { get; } = [];

        /// <summary>What is mounted.</summary>
        public List<StepMount> Mounts { get; } = [];

        /// <summary>Secrets in variables.</summary>
        public List<string> Variables { get; } = [];

        /// <summary>Remembers what to do at the end.</summary>
        public void Add(Action undo) => _undo.Push(() =>
        {
            undo();
            return ValueTask.CompletedTask;
        });

        /// <summary>Remembers what to dispose of at the end.</summary>
        public void Add(IAsyncDisposable part) => _undo.Push(part.DisposeAsync);

        /// <inheritdoc/>
        public async ValueTask DisposeAsync()
        {
            while (_undo.TryPop(out Func<ValueTask>? undo))
            {
                await undo().ConfigureAwait(false);
            }
        }
    }
}
