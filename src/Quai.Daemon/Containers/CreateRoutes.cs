using Microsoft.AspNetCore.Http;
using Quai.Api.Containers;
using Quai.Daemon.Http;
using Quai.Engine.Containers.Spec.Networking;
using Quai.Errors;

namespace Quai.Daemon.Containers;

/// <summary><c>POST /containers/create</c>.</summary>
internal static class CreateRoutes
{
    /// <summary>Adds the route.</summary>
    public static void Map(Router router, Backend backend) =>
        router.Add("POST", "/containers/create", async call =>
        {
            ContainerCreateRequest request = await call.ReadRequiredDocument(Json.Types.ContainerCreateRequest);
            if (request is { Image: "", Cmd: null, Entrypoint: null, HostConfig: null, Env: null, Labels: null, Hostname: "" })
            {
                throw QuaiException.Invalid("config cannot be empty in order to create a container");
            }

            ApplyDefaultsOfOlderClients(request, call.Version);
            string? name = call.TextOrNull("name")?.TrimStart('/');
            string? platform = call.Version.AtLeast(41) ? call.TextOrNull("platform") : null;
            ContainerCreateResponse created = await backend.Containers.CreateAsync(name, platform, request, ApiCall.ToTheEnd);
            await call.Answer(created, Json.Types.ContainerCreateResponse, StatusCodes.Status201Created);
        });

    /// <summary>Adjusts members that a client's version did not have, or had with another default.</summary>
    private static void ApplyDefaultsOfOlderClients(ContainerCreateRequest request, ApiVersion version)
    {
        HostConfig host = request.HostConfig ??= new HostConfig();
        if (!version.AtLeast(40) && host.IpcMode.Length == 0)
        {
            host.IpcMode = "shareable";
        }

        if (!version.AtLeast(41) && host.CgroupnsMode.Length == 0)
        {
            host.CgroupnsMode = "host";
        }

        if (!version.AtLeast(42))
        {
            host.ConsoleSize = null;
            if (host.PidsLimit == 0)
            {
                host.PidsLimit = null;
            }
        }

        if (!version.AtLeast(43))
        {
            host.Annotations = null;
        }

        if (!version.AtLeast(44))
        {
            if (request.Healthcheck is { } health)
            {
                health.StartInterval = 0;
            }

            if (request.NetworkingConfig?.EndpointsConfig is { Count: > 1 } endpoints)
            {
                throw QuaiException.Invalid($"Container cannot be created with multiple network endpoints: {string.Join(", ", endpoints.Keys)}");
            }
        }

        // Older ones could name no endpoint that such a setting is of.
        if (version.AtLeast(48) && new NetworkMode(host.NetworkMode).Network is not null
            && host.Sysctls?.Keys.FirstOrDefault(k => k.Split('.', 5) is ["net", _, _, var link, _] && link.StartsWith("eth", StringComparison.Ordinal)) is { } setting)
        {
            throw QuaiException.System($"interface specific sysctl setting \"{setting}\" must be supplied using driver option 'com.docker.network.endpoint.sysctls'");
        }

        foreach (MountRequest mount in host.Mounts ?? [])
        {
            if (!version.AtLeast(40) && mount.BindOptions is { } bind)
            {
                bind.NonRecursive = false;
            }

            if (!version.AtLeast(44) && mount is { Type: "bind", ReadOnly: true })
            {
                if (mount.BindOptions?.ReadOnlyForceRecursive == true)
                {
                    throw QuaiException.Invalid("BindOptions.ReadOnlyForceRecursive needs API v1.44 or newer");
                }

                (mount.BindOptions ??= new()).ReadOnlyNonRecursive = true;
            }

            if (!version.AtLeast(48) && mount.Type == "image")
            {
                throw QuaiException.Invalid("Mount type \"Image\" needs API v1.48 or newer");
            }

            if (!version.AtLeast(45) && mount.VolumeOptions is { } volume)
            {
                volume.Subpath = null;
            }
        }
    }
}
