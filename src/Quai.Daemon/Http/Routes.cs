using Quai.Daemon.Builds;
using Quai.Daemon.Containers;
using Quai.Daemon.Execs;
using Quai.Daemon.Images;
using Quai.Daemon.Networks;
using Quai.Daemon.About;
using Quai.Daemon.Unsupported;
using Quai.Daemon.Volumes;

namespace Quai.Daemon.Http;

/// <summary>All routes of the API.</summary>
internal static class Routes
{
    /// <summary>Creates the router. Among paths that contain a name, the longer endings come first.</summary>
    public static Router Create(Backend backend)
    {
        var router = new Router();
        PingRoutes.Map(router);
        VersionRoutes.Map(router, backend);
        InfoRoutes.Map(router, backend);
        EventRoutes.Map(router, backend);
        DiskUsageRoutes.Map(router, backend);
        CreateRoutes.Map(router, backend);
        InspectRoutes.Map(router, backend);
        FileRoutes.Map(router, backend.Files);
        WaitRoutes.Map(router, backend);
        StreamRoutes.Map(router, backend);
        ExecRoutes.Map(router, backend);
        LifecycleRoutes.Map(router, backend);
        SuccessionRoutes.Map(router, backend);
        TransferRoutes.Map(router, backend);
        RegistryRoutes.Map(router, backend);
        ContentRoutes.Map(router, backend);
        ImageRoutes.Map(router, backend);
        VerifyRoutes.Map(router, backend);
        VolumeRoutes.Map(router, backend);
        VolumeContentRoutes.Map(router, backend);
        NetworkRoutes.Map(router, backend);
        if (backend.Builds is { } builds)
        {
            BuildRoutes.Map(router, builds, backend.ClassicBuild);
        }

        if (backend.BuildCache is { } cache)
        {
            CacheRoutes.Map(router, cache);
        }

        UnsupportedRoutes.Map(router, canBuild: backend.Builds is not null);
        return router;
    }
}
