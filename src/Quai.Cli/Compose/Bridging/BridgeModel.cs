using Quai.Api.Images;
using Quai.Cli.CommandLine;
using Quai.Cli.Compose.Images;
using Quai.Client;
using Quai.Compose.Model;
using Quai.Compose.Model.Services;
using Quai.Convergence;

namespace Quai.Cli.Compose.Bridging;

/// <summary>A project as transformations are given it: with what its images and files say, so that they need neither.</summary>
/// <param name="scope">Where the project is.</param>
internal sealed class BridgeModel(ComposeScope scope)
{
    /// <summary>The project with images' names and ports, and with the contents of secrets and configs.</summary>
    /// <exception cref="ExitException">An image cannot be had, or a file cannot be read.</exception>
    public async Task<ComposeProject> OfAsync(ComposeProject project)
    {
        Dictionary<string, ComposeService> services = [];
        foreach (ComposeService service in project.Services.Values)
        {
            services[service.Name] = service.Provider is null ? await WithImageAsync(project, service) : service;
        }

        return project with { Services = services, Secrets = WithContent(project, project.Secrets), Configs = WithContent(project, project.Configs) };
    }

    /// <summary>An image; it is pulled if the engine does not have it.</summary>
    /// <returns>Null where the engine does not have it, and it is one that is built.</returns>
    /// <exception cref="ExitException">It cannot be had.</exception>
    public async Task<ImageInspect?> ImageAsync(string name, bool isBuilt = false)
    {
        try
        {
            return await scope.Engine.Images.InspectAsync(name);
        }
        catch (DaemonException e) when (e.Status == 404)
        {
            if (isBuilt)
            {
                return null;
            }
        }

        ComposeService service = new() { Name = name, Image = name };
        return await new ImagePulls(scope).PullAsync(new() { Name = "", WorkingDirectory = "" }, service, isQuiet: false, CancellationToken.None) is { } failure
            ? throw new ExitException(1, $"image {name}: {failure}") : await scope.Engine.Images.InspectAsync(name);
    }

    private async Task<ComposeService> WithImageAsync(ComposeProject project, ComposeService service)
    {
        string name = ServiceScale.ImageOf(project, service);
        ImageInspect? image = await ImageAsync(name, service is { Build: not null, Image.Length: 0 });
        if (image is null)
        {
            scope.Warn($"image {name} of service {service.Name} has not been built: ports that it exposes are not known");
        }

        IEnumerable<string> exposed = (image?.Config?.ExposedPorts?.Keys ?? Enumerable.Empty<string>()).Select(port => port.Split('/')[0]);
        return service with { Image = name, Expose = [.. service.Expose.Concat(exposed).Concat(service.Ports.Select(PortOf)).Distinct()] };
    }

    private static string PortOf(ServicePort port) => port.Target.ToString(System.Globalization.CultureInfo.InvariantCulture);

    private static Dictionary<string, ComposeFileObject> WithContent(ComposeProject project, IReadOnlyDictionary<string, ComposeFileObject> sources) => sources.ToDictionary(entry => entry.Key, entry => entry.Value switch
    {
        { IsExternal: true } external => external,
        { Environment.Length: > 0 } variable => variable with { Content = project.Environment.GetValueOrDefault(variable.Environment, "") },
        { File.Length: > 0 } file => file with { Content = Read(file.File) },
        var other => other,
    });

    private static string Read(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ExitException(1, e.Message);
        }
    }
}
