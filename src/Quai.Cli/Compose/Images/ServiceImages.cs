using Quai.Api.Images;
using Quai.Cli.CommandLine;
using Quai.Cli.Formatting;
using Quai.Compose.Model;
using Quai.Convergence;
using Quai.Convergence.Observing;

namespace Quai.Cli.Compose.Images;

/// <summary>Sees to it that the engine has the images of a project's services.</summary>
internal sealed class ServiceImages(ComposeScope scope)
{
    /// <summary>Pulls and builds what is missing, or asked for.</summary>
    /// <param name="project">The project.</param>
    /// <param name="present">The images that the engine has.</param>
    /// <param name="demands">What is asked for.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>The images that the engine has then.</returns>
    /// <exception cref="ExitException">An image cannot be had.</exception>
    public async Task<IReadOnlyDictionary<string, ObservedImage>> EnsureAsync(
        ComposeProject project, IReadOnlyDictionary<string, ObservedImage> present, ImageDemands demands, CancellationToken cancellation)
    {
        ComposeService[] services = [.. project.Services.Values.Where(service => service.Provider is null).OrderBy(service => service.Name, StringComparer.Ordinal)];
        List<ComposeService> pulls = [];
        foreach (ComposeService service in services.DistinctBy(service => ServiceScale.ImageOf(project, service)))
        {
            if (await MustPullAsync(project, service, present, demands))
            {
                pulls.Add(service);
            }
        }

        string?[] failures = scope.Globals.IsDryRun ? new string?[pulls.Count]
            : await Task.WhenAll(pulls.Select(service => new ImagePulls(scope).PullAsync(project, service, demands.IsPullQuiet, cancellation)));
        HashSet<string> pulled = [];
        List<string> errors = [];
        foreach ((ComposeService service, string? failure) in pulls.Zip(failures))
        {
            string image = ServiceScale.ImageOf(project, service);
            if (failure is null)
            {
                pulled.Add(image);
            }
            else if (services.All(other => other.Build is null || ServiceScale.ImageOf(project, other) != image) || demands.NeverBuilds)
            {
                errors.Add($"service \"{service.Name}\": image {image}: {failure}");
            }
        }

        if (errors.Count > 0)
        {
            scope.Progress.Settle();
            throw new ExitException(1, string.Join('\n', errors));
        }

        ComposeService[] builds = [.. services.Where(service => MustBuild(project, service, present, pulled, demands))];
        if (builds.Length > 0 && !scope.Globals.IsDryRun)
        {
            scope.Progress.Settle();
            new ImageBuilds(scope).Build(project, builds, new() { IsQuiet = demands.IsBuildQuiet });
        }

        string[] changed = [.. pulled.Concat(builds.Select(service => ServiceScale.ImageOf(project, service))).Distinct()];
        if (changed.Length == 0 || scope.Globals.IsDryRun)
        {
            return present;
        }

        Dictionary<string, ObservedImage> images = new(present);
        foreach (string image in changed)
        {
            if (await scope.Observer.ImageAsync(image, cancellation) is { } found)
            {
                images[image] = found;
            }
        }

        return images;
    }

    private async Task<bool> MustPullAsync(ComposeProject project, ComposeService service, IReadOnlyDictionary<string, ObservedImage> present, ImageDemands demands)
    {
        PullRule rule = PullRule.Of(service, demands.Pull);
        bool isPresent = present.ContainsKey(ServiceScale.ImageOf(project, service));
        if (service.Image.Length == 0 || rule.Word == "build" || (service.Build is not null && demands.Builds))
        {
            return false;
        }

        switch (rule.Word)
        {
            case "never" when !isPresent && (service.Build is null || demands.NeverBuilds):
                throw new ExitException(1, $"service \"{service.Name}\": no such image: {service.Image}, and its pull policy is \"never\"");
            case "never":
                return false;
            case "always":
                return true;
            case "refresh" when isPresent:
                ImageInspect image = await scope.Engine.Images.InspectAsync(service.Image);
                return DateTimeOffset.UtcNow - Units.ParseTime(image.Metadata.LastTagTime) >= rule.Age;
            default:
                return !isPresent;
        }
    }

    private static bool MustBuild(ComposeProject project, ComposeService service, IReadOnlyDictionary<string, ObservedImage> present, HashSet<string> pulled, ImageDemands demands)
    {
        string image = ServiceScale.ImageOf(project, service);
        if (service.Build is null)
        {
            return false;
        }

        bool isAsked = (demands.Builds && (demands.Services.Count == 0 || demands.Services.Contains(service.Name))) || PullRule.Of(service, "").Word == "build";
        bool isMissing = !present.ContainsKey(image) && !pulled.Contains(image);
        return demands.NeverBuilds
            ? isMissing ? throw new ExitException(1, $"service \"{service.Name}\": no such image: {image}, and --no-build is given") : false
            : isAsked || isMissing;
    }
}
