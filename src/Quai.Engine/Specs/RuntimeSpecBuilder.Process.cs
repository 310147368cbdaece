using Quai.Api.Containers;
using Quai.Errors;
using Quai.Oci.Runtime;

namespace Quai.Engine.Specs;

public static partial class RuntimeSpecBuilder
{
    /// <summary>Where the init program appears in a container.</summary>
    private const string InitDestination = "/sbin/docker-init";

    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Makes the process of <c>docker exec</c>: what it does not say is as in the container.</summary>
    /// <param name="container">The container.</param>
    /// <param name="exec">What to run.</param>
    /// <param name="user">The exec's user, already resolved; the container's when it names none.</param>
    /// <remarks>As in Docker, a privileged exec has all capabilities but the container's AppArmor profile and system call filter.</remarks>
    /// <exception cref="QuaiException">An option of the container is malformed.</exception>
    public static Process BuildExec(SpecRequest container, ExecCreateRequest exec, ResolvedUser user)
    {
        SecurityOptions security = SecurityOptions.Parse(container.HostConfig.SecurityOpt);
        IReadOnlyList<string> capabilities = exec.Privileged ? Linux.Capabilities.Available : CapabilitiesOf(container.HostConfig);
        List<string> environment = BuildEnvironment(exec.Tty, container.Hostname, container.Config.Env);
        Merge(environment, exec.Env);
        return new Process
        {
            Terminal = exec.Tty,
            ConsoleSize = SizeOf(exec.ConsoleSize),
            User = UserOf(user),
            Args = exec.Cmd is { Count: > 0 } command ? [.. command] : throw QuaiException.Invalid("No exec command specified"),
            Env = environment,
            Cwd = exec.WorkingDir is { Length: > 0 } folder ? folder : FolderOf(container.Config),
            Capabilities = SetsOf(capabilities),
            Rlimits = BuildLimits(container),
            NoNewPrivileges = security.NoNewPrivileges ?? container.NoNewPrivileges,
            ApparmorProfile = container.AppArmorProfile,
            OomScoreAdj = container.HostConfig.OomScoreAdj,
        };
    }

    /// <summary>Whether a container runs below an init: asked for or by default, and only in process ids of its own.</summary>
    internal static bool HasInit(SpecRequest request) => (request.HostConfig.Init ?? request.InitByDefault) && request.Pid.IsPrivate;

    private static Process BuildProcess(SpecRequest request, IReadOnlyList<string> capabilities, SecurityOptions security) => new()
    {
        Terminal = request.Config.Tty,
        ConsoleSize = SizeOf(request.HostConfig.ConsoleSize),
        User = UserOf(request.User),
        Args = BuildArguments(request),
        Env = BuildEnvironment(request.Config.Tty, request.Hostname, request.Config.Env),
        Cwd = FolderOf(request.Config),
        Capabilities = SetsOf(capabilities),
        Rlimits = BuildLimits(request),
        NoNewPrivileges = security.NoNewPrivileges ?? request.NoNewPrivileges,
        ApparmorProfile = request.AppArmorProfile,
        OomScoreAdj = request.HostConfig.OomScoreAdj,
    };

    private static List<string> BuildArguments(SpecRequest request)
    {
        List<string> arguments = [.. request.Config.Entrypoint ?? [], .. request.Config.Cmd ?? []];
        if (arguments.Count == 0)
        {
            throw QuaiException.Invalid("no command specified");
        }

        return HasInit(request) ? [InitDestination, "--", .. arguments] : arguments;
    }

    /// <summary>Defaults, then the container's variables: those of the same name take their places.</summary>
    private static List<string> BuildEnvironment(bool terminal, string hostname, List<string>? variables)
    {
        List<string> environment = [DefaultPath, $"HOSTNAME={hostname}"];
        if (terminal)
        {
            environment.Add("TERM=xterm");
        }

        Merge(environment, variables);
        return environment;
    }

    /// <summary>Replaces and adds variables; one without <c>=</c> is taken away.</summary>
    private static void Merge(List<string> environment, List<string>? variables)
    {
        foreach (string variable in variables ?? [])
        {
            int equals = variable.IndexOf('=', StringComparison.Ordinal);
            string name = equals < 0 ? variable : variable[..equals];
            int index = environment.FindIndex(other =>
                other.Length > name.Length && other[name.Length] == '=' && other.StartsWith(name, StringComparison.Ordinal));
            if (equals < 0)
            {
                if (index >= 0)
                {
                    environment.RemoveAt(index);
                }
            }
            else if (index >= 0)
            {
                environment[index] = variable;
            }
            else
            {
                environment.Add(variable);
            }
        }
    }

    private static List<Rlimit>? BuildLimits(SpecRequest request)
    {
        List<Ulimit> limits = [.. request.HostConfig.Ulimits ?? []];
        limits.AddRange(request.DefaultUlimits.Where(limit => !limits.Exists(own => own.Name == limit.Name)));
        return limits.Count == 0
            ? null
            : limits.ConvertAll(limit => new Rlimit { Type = "RLIMIT_" + limit.Name.ToUpperInvariant(), Hard = (ulong)limit.Hard, Soft = (ulong)limit.Soft });
    }

    /// <summary>The primary group is among the additional ones too, or a set-group-id program could shed it.</summary>
    private static User UserOf(ResolvedUser user) => new() { Uid = user.Uid, Gid = user.Gid, AdditionalGids = [user.Gid, .. user.AdditionalGids] };

    private static CapabilitySets SetsOf(IReadOnlyList<string> capabilities) =>
        new() { Bounding = [.. capabilities], Effective = [.. capabilities], Permitted = [.. capabilities] };

    private static string FolderOf(ContainerConfig config) => config.WorkingDir.Length > 0 ? config.WorkingDir : "/";

    private static ConsoleSize? SizeOf(uint[]? size) => size is [> 0, > 0] ? new() { Height = size[0], Width = size[1] } : null;
}
