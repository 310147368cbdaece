using System.Globalization;
using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Images;
using Quai.Compose.Model;
using Quai.Convergence.Planning;

namespace Quai.Cli.Compose.Lifecycle;

/// <summary>The flags that <c>up</c> and <c>create</c> have in common.</summary>
internal sealed class UpFlags
{
    private readonly Flag<bool> _build, _force, _noBuild, _noRecreate, _orphans, _quietBuild, _quietPull, _yes;
    private readonly Flag<string> _pull;
    private readonly ListFlag<string> _scale;

    /// <summary>Declares them.</summary>
    public UpFlags(FlagSet flags)
    {
        _build = flags.Bool("build", '\0', "Build images before containers are made");
        _force = flags.Bool("force-recreate", '\0', "Make containers anew even if nothing has changed");
        _noBuild = flags.Bool("no-build", '\0', "Build no image, even if it is missing");
        _noRecreate = flags.Bool("no-recreate", '\0', "Leave containers that are there as they are");
        _pull = flags.String("pull", '\0', "When images are pulled: always, missing, never or policy", "policy");
        _quietBuild = flags.Bool("quiet-build", '\0', "Do not show builds");
        _quietPull = flags.Bool("quiet-pull", '\0', "Do not show layers of pulls");
        _orphans = flags.Bool("remove-orphans", '\0', "Remove containers of services that the files do not have");
        _scale = flags.List("scale", '\0', "Number of containers, as SERVICE=NUMBER", type: "stringArray");
        _yes = flags.Bool("yes", 'y', "Answer questions with yes");
    }

    /// <summary>What is done to images.</summary>
    /// <exception cref="ExitException">Flags contradict each other.</exception>
    public ImageDemands Images(IReadOnlyList<string> services)
    {
        if (_build.Value && _noBuild.Value)
        {
            throw new ExitException(1, "--build and --no-build are incompatible");
        }

        return _pull.Value is "always" or "missing" or "never" or "policy" or "build"
            ? new() { Builds = _build.Value || _pull.Value == "build", NeverBuilds = _noBuild.Value, Pull = _pull.Value == "build" ? "" : _pull.Value, IsPullQuiet = _quietPull.Value, IsBuildQuiet = _quietBuild.Value, Services = services }
            : throw new ExitException(1, $"invalid --pull option \"{_pull.Value}\"");
    }

    /// <summary>What is planned.</summary>
    /// <exception cref="ExitException">Flags contradict each other.</exception>
    public PlanOptions Plan(IReadOnlyList<string> services, bool alwaysRecreatesDependencies = false)
    {
        if (_force.Value && _noRecreate.Value)
        {
            throw new ExitException(1, "--force-recreate and --no-recreate are incompatible");
        }

        if (alwaysRecreatesDependencies && _noRecreate.Value)
        {
            throw new ExitException(1, "--always-recreate-deps and --no-recreate are incompatible");
        }

        RecreatePolicy policy = _force.Value ? RecreatePolicy.Always : _noRecreate.Value ? RecreatePolicy.Never : RecreatePolicy.Changed;
        return new()
        {
            Services = services,
            Recreate = policy,
            RecreateDependencies = alwaysRecreatesDependencies ? RecreatePolicy.Always : _noRecreate.Value ? RecreatePolicy.Never : RecreatePolicy.Changed,
            RemovesOrphans = _orphans.Value || ComposeGlobals.IsSet("COMPOSE_REMOVE_ORPHANS"),
        };
    }

    /// <summary>Whether questions are answered with yes.</summary>
    public bool AssumesYes => _yes.Value;

    /// <summary>The project with the numbers of containers that are asked for.</summary>
    public ComposeProject Scaled(ComposeProject project) => Scaled(project, _scale.Values);

    /// <summary>The project with numbers of containers, given as <c>SERVICE=NUMBER</c>.</summary>
    /// <exception cref="ExitException">One is no such thing.</exception>
    public static ComposeProject Scaled(ComposeProject project, IReadOnlyList<string> scales)
    {
        Dictionary<string, ComposeService> services = new(project.Services);
        foreach (string scale in scales)
        {
            string[] parts = scale.Split('=', 2);
            if (parts.Length != 2 || !int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out int number))
            {
                throw new ExitException(1, $"invalid scale specifier: {scale}");
            }

            services[parts[0]] = services.TryGetValue(parts[0], out ComposeService? service) ? service with { Scale = number } : throw new ExitException(1, $"no such service: {parts[0]}");
        }

        return project with { Services = services };
    }

    /// <summary>The project with these services alone, without those that they depend on.</summary>
    public static ComposeProject WithoutDependencies(ComposeProject project, IReadOnlyList<string> services) => services.Count == 0 ? project : project with
    {
        Services = project.Services.Where(entry => services.Contains(entry.Key)).ToDictionary(),
        DisabledServices = project.DisabledServices.Concat(project.Services.Where(entry => !services.Contains(entry.Key))).ToDictionary(),
    };
}
