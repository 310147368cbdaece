using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Lifecycle;
using Quai.Cli.Http;
using Quai.Compose.Model;
using Quai.Convergence;

namespace Quai.Cli.Compose.Images;

/// <summary><c>quai compose pull</c>.</summary>
internal sealed class Pull : ComposeVerb
{
    private readonly Flag<bool> _dependencies, _ignoresBuildable, _ignoresFailures, _quiet;
    private readonly Flag<string> _policy;

    public Pull(ComposeGlobals globals)
        : base(globals, "pull")
    {
        _ignoresBuildable = Flags.Bool("ignore-buildable", '\0', "Leave out images that can be built");
        _ignoresFailures = Flags.Bool("ignore-pull-failures", '\0', "Pull what can be pulled, and leave the rest");
        _dependencies = Flags.Bool("include-deps", '\0', "Pull what the services depend on, too");
        _policy = Flags.String("policy", '\0', "When images are pulled: missing or always");
        _quiet = Flags.Bool("quiet", 'q', "Show no layers");
    }

    public override string Summary => "Pull the images of services";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        if (_policy.Value is not ("" or "missing" or "always"))
        {
            throw new ExitException(1, $"invalid --policy option \"{_policy.Value}\"");
        }

        ComposeProject project = scope.Load(arguments);
        project = _dependencies.Value ? project : UpFlags.WithoutDependencies(project, arguments);
        IReadOnlyDictionary<string, Quai.Convergence.Observing.ObservedImage> present = _policy.Value == "missing" ? scope.Observer.ImagesAsync(project).Await() : new Dictionary<string, Quai.Convergence.Observing.ObservedImage>();
        ComposeService[] services = [.. project.Services.Values.Where(service => service.Image.Length > 0 && service.Provider is null && service.PullPolicy is not ("never" or "build"))
            .Where(service => service.Build is null || !_ignoresBuildable.Value)
            .Where(service => !present.ContainsKey(service.Image)).OrderBy(service => service.Name, StringComparer.Ordinal).DistinctBy(service => service.Image)];
        if (scope.Globals.IsDryRun)
        {
            scope.Out.WriteRows(services.Select(service => $"pull image {service.Image}"));
            return 0;
        }

        scope.Engine.GetVersionAsync().Await();
        string?[] failures = Task.WhenAll(services.Select(service => new ImagePulls(scope).PullAsync(project, service, _quiet.Value, CancellationToken.None))).Await();
        return ImageFailures.Tell(scope, services.Zip(failures, (service, failure) => (service, failure is not null && service.Build is not null ? null : failure)), project, _ignoresFailures.Value);
    }
}

/// <summary><c>quai compose push</c>.</summary>
internal sealed class Push : ComposeVerb
{
    private readonly Flag<bool> _dependencies, _ignoresFailures, _quiet;

    public Push(ComposeGlobals globals)
        : base(globals, "push")
    {
        _ignoresFailures = Flags.Bool("ignore-push-failures", '\0', "Push what can be pushed, and leave the rest");
        _dependencies = Flags.Bool("include-deps", '\0', "Push what the services depend on, too");
        _quiet = Flags.Bool("quiet", 'q', "Show no layers");
    }

    public override string Summary => "Push the images of services that are built";

    protected override int Execute(ComposeScope scope, List<string> arguments)
    {
        ComposeProject project = scope.Load(arguments);
        project = _dependencies.Value ? project : UpFlags.WithoutDependencies(project, arguments);
        ComposeService[] services = [.. project.Services.Values.Where(service => service.Image.Length > 0 && service.Build is not null).OrderBy(service => service.Name, StringComparer.Ordinal).DistinctBy(service => service.Image)];
        if (scope.Globals.IsDryRun)
        {
            scope.Out.WriteRows(services.Select(service => $"push image {service.Image}"));
            return 0;
        }

        scope.Engine.GetVersionAsync().Await();
        string?[] failures = Task.WhenAll(services.Select(service => new ImagePulls(scope).PushAsync(project, service, _quiet.Value, CancellationToken.None))).Await();
        return ImageFailures.Tell(scope, services.Zip(failures), project, _ignoresFailures.Value);
    }
}

/// <summary>Tells which images could not be had.</summary>
internal static class ImageFailures
{
    /// <summary>Tells it.</summary>
    /// <returns>The exit code, if failures do not matter.</returns>
    /// <exception cref="ExitException">There are failures, and they matter.</exception>
    public static int Tell(ComposeScope scope, IEnumerable<(ComposeService Service, string? Failure)> results, ComposeProject project, bool ignores)
    {
        string text = string.Join('\n', results.Where(result => result.Failure is not null).Select(result => $"service \"{result.Service.Name}\": image {ServiceScale.ImageOf(project, result.Service)}: {result.Failure}"));
        scope.Progress.Settle();
        if (text.Length > 0 && !ignores)
        {
            throw new ExitException(1, text);
        }

        if (text.Length > 0)
        {
            scope.Warn(text);
        }

        return 0;
    }
}
