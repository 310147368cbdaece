using System.Security.Cryptography;
using Quai.Api.Containers;
using Quai.Engine.Containers.Requests;
using Quai.Engine.Containers.Spec;
using Quai.Engine.Containers.State;
using Quai.Volumes;

namespace Quai.Engine.Containers.Lifecycle;

/// <summary>Creates a container.</summary>
internal sealed class CreateContainer(
    CreateRequestReader reader, ContainerRegistry registry, ContainerRecords records, ContainerStorage storage, ContainerEvents events, TimeProvider time)
{
    /// <inheritdoc cref="IContainers.CreateAsync"/>
    public async Task<ContainerCreateResponse> RunAsync(string? name, string? platform, ContainerCreateRequest request, CancellationToken cancellation)
    {
        string id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        string? wanted = string.IsNullOrEmpty(name) ? null : ContainerNames.Validate(name);
        NewContainer made = reader.Read(id, platform, request);
        ContainerSpec spec = made.Spec;
        string taken = TakeName(wanted, id);
        bool kept = false;
        try
        {
            await storage.PrepareAsync(id, made.Image.Id, cancellation).ConfigureAwait(false);
            spec = spec with { Mounts = await storage.PrepareImagesAsync(id, spec.Mounts, cancellation).ConfigureAwait(false) };
            VolumeTransaction? reserved = null;
            if (made.Volumes.Count > 0)
            {
                string[] destinations = [.. made.Volumes.Keys];
                reserved = await storage.ReserveVolumesAsync(id, [.. made.Volumes.Values], cancellation).ConfigureAwait(false);
                spec = spec with { Mounts = [.. spec.Mounts.Select(m => Array.IndexOf(destinations, m.Destination) is >= 0 and var at ? WithVolume(m, reserved.Volumes[at]) : m)] };
            }

            var container = new Container
            {
                Id = id,
                Name = taken,
                Created = time.GetUtcNow(),
                ImageId = made.Image.Id,
                Spec = spec,
                Attachments = made.Attachments,
                Machine = new ContainerStateMachine(RunState.New),
            };
            try
            {
                await CommitAsync(container, reserved, cancellation).ConfigureAwait(false);
            }
            finally
            {
                if (reserved is not null)
                {
                    await reserved.DisposeAsync().ConfigureAwait(false);
                }
            }

            kept = true;
            registry.Add(container);
            events.Publish(container, "create");
            return new ContainerCreateResponse(id, made.Warnings);
        }
        finally
        {
            if (!kept)
            {
                registry.Release(taken);
                await storage.DeleteAsync(id, made.Spec.Mounts).ConfigureAwait(false);
            }
        }
    }

    // One transaction for the container and its volumes. What follows it, filling the volumes, is undone if it fails.
    private async Task CommitAsync(Container container, VolumeTransaction? reserved, CancellationToken cancellation)
    {
        await records.InsertAsync(container, reserved, cancellation).ConfigureAwait(false);
        if (reserved is null)
        {
            return;
        }

        try
        {
            await reserved.CompleteAsync().ConfigureAwait(false);
            storage.Populate(container);
        }
        catch
        {
            await reserved.DisposeAsync().ConfigureAwait(false);
            VolumeTransaction? release = await storage.ReleaseVolumesAsync(container, removeAnonymous: true).ConfigureAwait(false);
            await records.DeleteAsync(container.Id, release).ConfigureAwait(false);
            if (release is not null)
            {
                await release.CompleteAsync().ConfigureAwait(false);
                await release.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    private static ContainerMount WithVolume(ContainerMount mount, Volume volume) => mount with
    {
        Name = volume.Name,
        Source = volume.Mountpoint,
        Driver = volume.IsLocal ? null : volume.Driver,
        // As in Docker, nothing is relabelled where a plugin mounts.
        Mode = !volume.IsLocal && mount.Mode == "z" ? "" : mount.Mode,
    };

    private string TakeName(string? wanted, string id)
    {
        if (wanted is not null)
        {
            registry.Take(wanted, id);
            return wanted;
        }

        for (int attempt = 0; ; attempt++)
        {
            string generated = ContainerNames.Generate(attempt);
            if (registry.Reserve(generated, id) is null)
            {
                return generated;
            }
        }
    }
}
