using Quai.BuildProtocol.Llb;
using Quai.Dockerfiles.Instructions.Steps;
using Quai.Frontend.Graphs;

namespace Quai.Frontend.Compilation.Steps;

/// <summary>Compiles the mounts of RUN.</summary>
/// <param name="scope">The build.</param>
internal sealed class MountCompiler(BuildScope scope)
{
    private const uint SecretMode = 0x100, AgentMode = 0x180; // 0400, 0600
    private const int CacheMode = 0x1ed; // 0755

    /// <summary>Compiles them.</summary>
    /// <param name="stage">The stage.</param>
    /// <param name="run">The instruction.</param>
    /// <param name="exec">What is run, which takes variables that secrets are the values of.</param>
    /// <returns>The mounts in the order in which they are mounted, and the files of each.</returns>
    public List<(Files? Files, Mount Mount)> Compile(StageState stage, RunInstruction run, ExecOp exec)
    {
        List<(Files?, Mount)> files = [], agents = [], secrets = [];
        stage.Origins.TryGetValue(run, out IReadOnlyList<StageState?>? origins);
        for (int at = 0; at < run.Mounts.Count; at++)
        {
            RunMount mount = RunMount.Read(run.Mounts[at], run.Lines, text => scope.Expand(text, stage, run.Lines));
            switch (mount.Kind)
            {
                case MountKind.Secret:
                    Secret(stage, mount, exec, secrets);
                    break;
                case MountKind.Ssh:
                    agents.Add((null, Agent(mount, agents.Count)));
                    break;
                default:
                    files.Add(OfFiles(stage, run, mount, origins?[at]));
                    break;
            }
        }

        if (agents.Count > 0 && !stage.Variables.ContainsKey("SSH_AUTH_SOCK"))
        {
            exec.Meta.Env.Add("SSH_AUTH_SOCK=" + agents[0].Item2.Dest);
        }

        if (scope.Request.Run.SharedMemory > 0)
        {
            files.Add((null, new Mount { Input = -1, Output = -1, Dest = "/dev/shm", MountType = MountType.Tmpfs, TmpfsOpt = new TmpfsOpt { Size = scope.Request.Run.SharedMemory } }));
        }

        return [.. files.OrderBy(m => m.Item2.Dest, StringComparer.Ordinal), .. secrets, .. agents];
    }

    private (Files?, Mount) OfFiles(StageState stage, RunInstruction run, RunMount mount, StageState? origin)
    {
        string target = SlashPath.Absolute(stage.Directory, mount.Target);
        if (mount.Target.Length == 0 || target == "/")
        {
            throw new CompileException($"invalid mount target {GoText.Quote(mount.Target)}", run.Lines);
        }

        string source = SlashPath.Absolute("/", mount.Source);
        var written = new Mount { Dest = target, Output = -1, Readonly = mount.IsReadOnly, Selector = source == "/" ? "" : source };
        Files? files = null;
        switch (mount.Kind)
        {
            case MountKind.Tmpfs:
                written.MountType = MountType.Tmpfs;
                written.TmpfsOpt = new TmpfsOpt { Size = mount.Size };
                written.Selector = "";
                return (null, written);
            case MountKind.Cache:
                written.MountType = MountType.Cache;
                string space = scope.Request.Run.CacheSpace, id = mount.Id.Length > 0 ? mount.Id : SlashPath.Absolute("/", mount.Target);
                written.CacheOpt = new CacheOpt
                {
                    ID = $"{space}/{id}",
                    Sharing = mount.Sharing switch { "private" => CacheSharingOpt.Private, "locked" => CacheSharingOpt.Locked, _ => CacheSharingOpt.Shared },
                };
                files = origin?.Files;
                if ((mount.Uid ?? mount.Gid ?? mount.Mode) is not null)
                {
                    files = Owned(files, mount);
                    written.Selector = source == "/" ? "/cache" : source;
                }

                break;
            default:
                files = origin is null ? scope.Context : origin.Files;
                break;
        }

        (mount.From.Length == 0 && mount.Kind == MountKind.Bind ? scope.Paths : origin?.Paths ?? []).Add(source);
        return origin is null || origin.IsDone ? (files, written)
            : throw new CompileException($"cannot mount from stage {GoText.Quote(mount.From)} to {GoText.Quote(mount.Target)}, stage needs to be defined before current command", run.Lines);
    }

    private static Files Owned(Files? below, RunMount mount)
    {
        var step = new FileStep(below) { Name = "[internal] setting cache mount permissions" };
        step.MakeDirectory(new FileActionMkDir { Path = "/cache", Mode = (int)(mount.Mode ?? CacheMode), Timestamp = -1 }, $"{mount.Uid ?? 0}:{mount.Gid ?? 0}");
        return new Files(step);
    }

    private static void Secret(StageState stage, RunMount mount, ExecOp exec, List<(Files?, Mount)> secrets)
    {
        string id = mount.Source.Length > 0 ? mount.Source : mount.Id.Length > 0 ? mount.Id : SlashPath.Last(mount.Target);
        if (mount.Variable is { } variable)
        {
            exec.Secretenv.Add(new SecretEnv { ID = id, Name = variable, Optional = !mount.IsRequired });
            if (mount.Target.Length == 0)
            {
                return;
            }
        }

        secrets.Add((null, new Mount
        {
            Dest = SlashPath.Absolute(stage.Directory, mount.Target.Length > 0 ? mount.Target : "/run/secrets/" + SlashPath.Last(id)),
            Output = -1,
            MountType = MountType.Secret,
            SecretOpt = new SecretOpt { ID = id, Uid = mount.Uid ?? 0, Gid = mount.Gid ?? 0, Mode = mount.Mode ?? SecretMode, Optional = !mount.IsRequired },
        }));
    }

    private static Mount Agent(RunMount mount, int number) => new()
    {
        Dest = mount.Target.Length > 0 ? mount.Target : $"/run/buildkit/ssh_agent.{number}",
        Output = -1,
        MountType = MountType.Ssh,
        SSHOpt = new SSHOpt
        {
            ID = mount.Id.Length > 0 ? mount.Id : "default",
            Uid = mount.Uid ?? 0,
            Gid = mount.Gid ?? 0,
            Mode = mount.Mode ?? AgentMode,
            Optional = !mount.IsRequired,
        },
    };
}
