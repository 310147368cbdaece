using Quai.Api.Containers;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.Spec.Limits;
using Quai.Errors;
using Quai.Linux.Processes;
using Quai.Oci.Runtime;

namespace Quai.Engine.Specs;

public static partial class RuntimeSpecBuilder
{
    /// <summary>Where the init program appears in a container.</summary>
    private const string InitDestination = "/sbin/docker-init";

    private const string DefaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Creates the process of <c>docker exec</c>: what it does not set is as in the container.</summary>
    /// <param name="container">The container.</param>
    /// <param name="exec">What to run.</param>
    /// <param name="user">The exec's user, already resolved; the container's if it names none.</param>
    /// <remarks>As in Docker, a privileged exec has all capabilities but keeps the container's AppArmor profile and system call filter.</remarks>
    /// <exception cref="QuaiException">An option of the container is malformed.</exception>
    public static Process BuildExec(SpecRequest container, ExecCreateRequest exec, ResolvedUser user)
    {
        SecurityOptions security = container.Spec.Security.Options();
        IReadOnlyList<string> capabilities = exec.Privileged ? Linux.Capabilities.Available : CapabilitiesOf(container.Spec.Security);
        List<string> environment = BuildEnvironment(container, exec.Tty);
        Merge(environment, exec.Env);
        return new Process
        {
            Terminal = exec.Tty,
            ConsoleSize = SizeOf(exec.ConsoleSize),
            User = UserOf(user),
            Args = exec.Cmd is { Count: > 0 } command ? [.. command] : throw QuaiException.Invalid("No exec command specified"),
            Env = environment,
            Cwd = exec.WorkingDir is { Length: > 0 } folder ? folder : FolderOf(container.Spec.Program),
            Capabilities = SetsOf(capabilities),
            Rlimits = BuildLimits(container),
            NoNewPrivileges = security.NoNewPrivileges ?? container.NoNewPrivileges,
            ApparmorProfile = container.AppArmorProfile,
            OomScoreAdj = OomScoreOf(container.Spec),
        };
    }

    /// <summary>In a user namespace nobody may lower the score that the daemon has: who asks for none keeps that.</summary>
    private static int? OomScoreOf(ContainerSpec spec) => spec.Program.OomScoreAdjustment is 0 && OwnUserNamespace.IsNested ? null : spec.Program.OomScoreAdjustment;

    /// <summary>Whether a container runs under an init: requested or by default, and only with its own process id namespace.</summary>
    internal static bool HasInit(SpecRequest request) => (request.Spec.Program.Init ?? request.InitByDefault) && request.Pid.IsPrivate;

    private static Process BuildProcess(SpecRequest request, IReadOnlyList<string> capabilities, SecurityOptions security) => new()
    {
        Terminal = request.Spec.Program.Terminal,
        ConsoleSize = SizeOf(request.Spec.Program.ConsoleSize),
        User = UserOf(request.User),
        Args = BuildArguments(request),
        Env = BuildEnvironment(request, request.Spec.Program.Terminal),
        Cwd = FolderOf(request.Spec.Program),
        Capabilities = SetsOf(capabilities),
        Rlimits = BuildLimits(request),
        NoNewPrivileges = security.NoNewPrivileges ?? request.NoNewPrivileges,
        ApparmorProfile = request.AppArmorProfile,
        OomScoreAdj = OomScoreOf(request.Spec),
    };

    private static List<string> BuildArguments(SpecRequest request)
    {
        IReadOnlyList<string> arguments = request.Spec.Program.Line();
        if (arguments.Count == 0)
        {
            throw QuaiException.Invalid("no command specified");
        }

        return HasInit(request) ? [InitDestination, "--", .. arguments] : [.. arguments];
    }

    /// <summary>Defaults, then the container's variables: those with the same name replace them.</summary>
    private static List<string> BuildEnvironment(SpecRequest request, bool terminal)
    {
        List<string> environment = request.TellsHostname ? [DefaultPath, $"HOSTNAME={request.Hostname}"] : [DefaultPath];
        if (terminal)
        {
            environment.Add("TERM=xterm");
        }

        environment.AddRange(request.LinkVariables);
        Merge(environment, request.Spec.Program.Environment);
        return environment;
    }

    /// <summary>Replaces and adds variables; one without <c>=</c> is removed.</summary>
    private static void Merge(List<string> environment, IReadOnlyList<string>? variables)
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
        List<UlimitSpec> limits = [.. request.Spec.Ulimits];
        limits.AddRange(request.DefaultUlimits.Where(limit => !limits.Exists(own => own.Name == limit.Name)));
        return limits.Count == 0
            ? null
            : limits.ConvertAll(limit => new Rlimit { Type = "RLIMIT_" + limit.Name.ToUpperInvariant(), Hard = (ulong)limit.Hard, Soft = (ulong)limit.Soft });
    }

    /// <summary>The primary group is also among the supplementary ones, or a set-group-id program could drop it.</summary>
    private static User UserOf(ResolvedUser user) => new() { Uid = user.Uid, Gid = user.Gid, AdditionalGids = [user.Gid, .. user.AdditionalGids] };

    private static CapabilitySets SetsOf(IReadOnlyList<string> capabilities) =>
        new() { Bounding = [.. capabilities], Effective = [.. capabilities], Permitted = [.. capabilities] };

    private static string FolderOf(ProgramSpec program) => program.WorkingDirectory.Length > 0 ? program.WorkingDirectory : "/";

    private static ConsoleSize? SizeOf(IReadOnlyList<uint>? size) => size is [> 0, > 0] ? new() { Height = size[0], Width = size[1] } : null;
}
