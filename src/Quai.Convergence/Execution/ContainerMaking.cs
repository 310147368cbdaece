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
    private const int MostAttempts = 100, AttemptMilliseconds = 20;

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
        (string id, bool isReady) = await CreateAsync(request, name, platform, warn, cancellation);
        if (!isReady)
        {
            await CopyFilesAsync(order.Service, id, cancellation);
        }

        return id;
    }

    private async Task<(string Id, bool IsReady)> CreateAsync(ContainerCreateRequest request, string name, string platform, Action<string> warn, CancellationToken cancellation)
    {
        for (int attempt = 0; ; attempt++)
        {
            try
            {
                ContainerCreateResponse created = await engine.Containers.CreateAsync(request, name, platform, cancellation);
                foreach (string warning in created.Warnings ?? [])
                {
                    warn(warning);
                }

                return (created.Id, false);
            }
            catch (DaemonException e) when (e.Status == 409)
            {
                (ContainerInspect? same, bool isThere) = await SameAsync(request, name, cancellation);
                if (same is not null)
                {
                    return (same.Id, same.State.Status != "created");
                }

                // Somebody has the name, and nobody can see the container yet: it is just being made, or removed.
                if (isThere || attempt == MostAttempts)
                {
                    throw;
                }
            }

            await Task.Delay(AttemptMilliseconds, cancellation);
        }
    }

    /// <summary>A container that is just what is to be made, and was not there a moment ago: a command that was killed had asked for it, or another one makes the same project.</summary>
    private async Task<(ContainerInspect? Same, bool IsThere)> SameAsync(ContainerCreateRequest request, string name, CancellationToken cancellation)
    {
        try
        {
            ContainerInspect found = await engine.Containers.InspectAsync(name, cancellation);
            Dictionary<string, string> labels = found.Config.Labels ?? [];
            bool isSame = new[] { ComposeLabels.Project, ComposeLabels.Service, ComposeLabels.Number, ComposeLabels.ConfigHash, ComposeLabels.Image, ComposeLabels.OneOff }
                .All(label => labels.GetValueOrDefault(label) == request.Labels?.GetValueOrDefault(label));
            return (isSame && found.State.Status is ("created" or "running") ? found : null, true);
        }
        catch (DaemonException e) when (e.Status == 404)
        {
            return (null, false);
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
