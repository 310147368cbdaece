using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles.Ignoring;
using Quai.Dockerfiles.Instructions.Mounts;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Errors;
using Quai.Frontend.Graph;
using Quai.Frontend.Stages;
using Mount = Quai.Dockerfiles.Instructions.Mounts.Mount;
using PbMount = Quai.BuildProtocol.Llb.Mount;

namespace Quai.Frontend.Steps;

/// <summary>Compiles the mounts of a RUN.</summary>
/// <param name="stage">The stage's compiler.</param>
/// <param name="run">The instruction.</param>
/// <param name="command">The instruction with what it takes files from.</param>
/// <param name="inputs">The step's inputs.</param>
/// <param name="exec">The step.</param>
internal sealed class RunMounts(StageCompiler stage, RunInstruction run, StageCommand command, InputList inputs, ExecOp exec)
{
    private const uint SecretMode = 0x100, AgentMode = 0x180, CacheMode = 0x1ed; // 0400, 0600, 0755
    private const string CacheDirectory = "/cache";

    /// <summary>Adds them.</summary>
    /// <returns>The variables that have secrets in them.</returns>
    public HashSet<string> Add()
    {
        HashSet<string> secrets = [];
        for (int index = 0; index < run.Mounts.Count; index++)
        {
            Mount mount = MountReader.Read(run.Mounts[index], v => stage.Expand(v, run.Lines), run.Lines);
            switch (mount.Kind)
            {
                case MountKind.Secret:
                    Secret(mount, secrets);
                    break;
                case MountKind.Ssh:
                    Agent(mount);
                    break;
                default:
                    Files(mount, command.Sources[index]);
                    break;
            }
        }

        return secrets;
    }

    private void Secret(Mount mount, HashSet<string> secrets)
    {
        string id = mount.Source.Length > 0 ? mount.Source : mount.Id.Length > 0 ? mount.Id : SlashPaths.Base(mount.Target);
        stage.Compilation.Needs.Add("secret", id, mount.IsRequired, run.Lines);
        if (mount.Variable is { } variable)
        {
            secrets.Add(variable);
            exec.Secretenv.Add(new SecretEnv { ID = id, Name = variable, Optional = !mount.IsRequired });
            if (mount.Target.Length == 0)
            {
                return;
            }
        }

        exec.Mounts.Add(new PbMount
        {
            Input = -1,
            Dest = mount.Target.Length > 0 ? mount.Target : "/run/secrets/" + SlashPaths.Base(id),
            Output = -1,
            MountType = MountType.Secret,
            SecretOpt = new SecretOpt { ID = id, Uid = mount.Uid ?? 0, Gid = mount.Gid ?? 0, Mode = mount.Mode ?? SecretMode, Optional = !mount.IsRequired },
        });
    }

    private void Agent(Mount mount)
    {
        string id = mount.Source.Length > 0 ? mount.Source : mount.Id;
        stage.Compilation.Needs.Add("ssh", id.Length > 0 ? id : "default", mount.IsRequired, run.Lines);
        int earlier = exec.Mounts.Count(m => m.MountType == MountType.Ssh);
        exec.Mounts.Add(new PbMount
        {
            Input = -1,
            Dest = mount.Target.Length > 0 ? mount.Target : $"/run/buildkit/ssh_agent.{earlier}",
            Output = -1,
            MountType = MountType.Ssh,
            SSHOpt = new SSHOpt { ID = id, Uid = mount.Uid ?? 0, Gid = mount.Gid ?? 0, Mode = mount.Mode ?? AgentMode, Optional = !mount.IsRequired },
        });
        if (earlier == 0)
        {
            exec.Meta.Env.Add("SSH_AUTH_SOCK=" + exec.Mounts[^1].Dest);
        }
    }

    private void Files(Mount mount, StageState? from)
    {
        string target = WorkdirStep.Resolve(stage.State.Directory, mount.Target);
        if (target == "/" || (mount.Target.Length == 0 && stage.State.Directory == "/"))
        {
            throw QuaiException.Invalid("invalid mount target \"/\"");
        }

        if (from is { IsDone: false })
        {
            throw QuaiException.Invalid($"cannot mount from stage {GoText.Quote(mount.From)} to {GoText.Quote(mount.Target)}, stage needs to be defined before current command");
        }

        bool ofContext = mount.Kind == MountKind.Bind && mount.From.Length == 0;
        Output? files = mount.Kind == MountKind.Tmpfs || (mount.Kind == MountKind.Cache && from is null) ? null : ofContext ? stage.Compilation.UseContext() : from?.Files;
        string selector = SlashPaths.Join("/", mount.Source) is var source && source != "/" ? source : "";
        if (ofContext)
        {
            stage.Compilation.ContextPaths.Add(SlashPaths.Join("/", mount.Source));
        }

        from?.WantedPaths.Add(SlashPaths.Join("/", mount.Source));
        if (mount.Kind == MountKind.Cache && selector.Length == 0 && (mount.Uid ?? mount.Gid ?? mount.Mode) is not null)
        {
            files = CacheOwner(mount, files);
            selector = CacheDirectory;
        }

        var made = new PbMount { Input = inputs.Add(files), Selector = selector, Dest = target, Output = -1, Readonly = mount.IsReadOnly };
        if (mount.Kind == MountKind.Tmpfs)
        {
            made.MountType = MountType.Tmpfs;
            made.TmpfsOpt = new TmpfsOpt { Size = mount.Size };
        }
        else if (mount.Kind == MountKind.Cache)
        {
            made.MountType = MountType.Cache;
            made.CacheOpt = new CacheOpt { ID = $"{stage.Compilation.Options.CacheNamespace}/{(mount.Id.Length > 0 ? mount.Id : SlashPaths.Clean(target))}", Sharing = (CacheSharingOpt)(mount.Sharing ?? CacheSharing.Shared) };
        }

        exec.Mounts.Add(made);
    }

    /// <summary>What a cache begins with where it is to have an owner or a mode: a directory that has them.</summary>
    private Output CacheOwner(Mount mount, Output? files)
    {
        var make = new FileActionMkDir
        {
            Path = CacheDirectory,
            Mode = (int)(mount.Mode ?? CacheMode),
            Owner = new ChownOpt { User = new UserOpt { ByID = mount.Uid ?? 0 }, Group = new UserOpt { ByID = mount.Gid ?? 0 } },
            Timestamp = -1,
        };
        var op = new Op { File = new FileOp { Actions = { new FileAction { Input = files is null ? -1 : 0, SecondaryInput = -1, Output = 0, Mkdir = make } } }, Platform = Platforms.Message(stage.Platform) };
        return Vertex.Named(op, files is null ? [] : [files], "[internal] settings cache mount permissions").First;
    }
}
