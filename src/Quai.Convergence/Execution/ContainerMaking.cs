using Quai.Api.Containers;
using Quai.Client;
using Quai.Compose.Model;
using Quai.Convergence.Checking;
using Quai.Convergence.Requests;

namespace Quai.Convergence.Execution;

/// <summary>Makes containers of a project, with the secrets and configs that are copied into them.</summary>
/// <param name="engine">The engine.</param>
/// <param name="project">The project.</param>
/// <param name="context">What requests need to know beside the project's files.</param>
public sealed class ContainerMaking(EngineClient engine, ComposeProject project, RequestContext context)
{
    /// <summary>Makes a container.</summary>
    /// <param name="order">What it is to be.</param>
    /// <param name="name">Its name.</param>
    /// <param name="warn">Gets what the engine warns of.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <returns>Its id.</returns>
    /// <exception cref="ConvergenceException">The service asks for what there is not.</exception>
    /// <exception cref="DaemonException">The engine refused.</exception>
    public async Task<string> MakeAsync(ContainerOrder order, string name, Action<string> warn, CancellationToken cancellation)
    {
        Check(order.Service);

        // What cannot be copied is told before there is a container.
        FileInjection.Archive(project, order.Service)?.Dispose();
        string platform = order.Service.Platform.Length > 0 ? order.Service.Platform : context.DefaultPlatform;
        ContainerCreateRequest request = ContainerRequests.Of(project, order, context);
        string id;
        try
        {
            ContainerCreateResponse created = await engine.Containers.CreateAsync(request, name, platform, cancellation);
            foreach (string warning in created.Warnings ?? [])
            {
                warn(warning);
            }

            id = created.Id;
        }
        catch (DaemonException e) when (e.Status == 409)
        {
            if (await SameAsync(request, name, cancellation) is not { } same)
            {
                throw;
            }

            id = same.Id;
            if (same.State.Status != "created")
            {
                return id;
            }
        }

        await CopyFilesAsync(order.Service, id, cancellation);
        return id;
    }

    /// <summary>A container that is just what is to be made, and was not there a moment ago: a command that was killed had asked for it, or another one makes the same project.</summary>
    private async Task<ContainerInspect?> SameAsync(ContainerCreateRequest request, string name, CancellationToken cancellation)
    {
        try
        {
            ContainerInspect found = await engine.Containers.InspectAsync(name, cancellation);
            Dictionary<string, string> labels = found.Config.Labels ?? [];
            bool isSame = new[] { ComposeLabels.Project, ComposeLabels.Service, ComposeLabels.Number, ComposeLabels.ConfigHash, ComposeLabels.Image, ComposeLabels.OneOff }
                .All(label => labels.GetValueOrDefault(label) == request.Labels?.GetValueOrDefault(label));
            return isSame && found.State.Status is ("created" or "running") ? found : null;
        }
        catch (DaemonException e) when (e.Status == 404)
        {
            return null;
        }
    }

    /// <summary>Copies the secrets and configs into a container that are no files of the host.</summary>
    /// <exception cref="ConvergenceException">A variable is not set, or the container's root is read-only.</exception>
    public async Task CopyFilesAsync(ComposeService service, string container, CancellationToken cancellation)
    {
        using MemoryStream? files = FileInjection.Archive(project, service);
        if (files is not null)
        {
            bool hasOwners = service.Secrets.Concat(service.Configs).Any(file => file.Uid.Length > 0 || file.Gid.Length > 0);
            await engine.Files.WriteAsync(container, "/", files, hasOwners, cancellation: cancellation);
        }
    }

    private static void Check(ComposeService service)
    {
        string? refused = service.Provider is not null ? $"service \"{service.Name}\": provider: a service that another program provides has no container" : EngineChecks.Refusal(service);
        if (refused is not null)
        {
            throw new ConvergenceException(refused);
        }
    }
}
