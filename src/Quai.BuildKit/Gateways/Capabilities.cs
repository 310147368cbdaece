using Quai.BuildProtocol.Capabilities;

namespace Quai.BuildKit.Gateways;

/// <summary>What clients and frontends may use. They refuse what is not listed, and some hang where <c>return</c> is missing.</summary>
internal static class Capabilities
{
    private static readonly string[] s_gateway =
    [
        "solve.base", "solve.inlinereturn", "resolveimage", "resolveimage.resolvemode", "readfile", "return", "returnmap", "readdir", "statfile", "importcaches",
        "proto.refarray", "reference.output", "frontend.inputs", "gateway.solve.metadata", "frontend.caps", "gateway.solve.evaluate", "gateway.evaluate",
        "gateway.warnings", "source.metaresolver", "gateway.exec", "gateway.exec.extrahosts", "gateway.exec.secretenv", "gateway.exec.signals", "reference.attestations",
    ];

    private static readonly string[] s_graph =
    [
        "source.image", "source.image.resolvemode",
        "source.local", "source.local.unique", "source.local.sessionid", "source.local.includepatterns", "source.local.followpaths", "source.local.excludepatterns",
        "source.local.sharedkeyhint", "source.local.differ",
        "source.git", "source.git.keepgitdir", "source.git.fullurl", "source.git.httpauth", "source.git.knownsshhosts", "source.git.mountsshsock", "source.git.subdir",
        // The third is spelled so.
        "source.http", "source.http.checksum", "source.http.perm", "soruce.http.uidgid",
        "exec.meta.base", "exec.meta.cgroup.parent", "exec.meta.network", "exec.meta.proxyenv", "exec.meta.security", "exec.meta.setsdefaultpath", "exec.meta.ulimit",
        "exec.meta.removemountstubs.recursive", "exec.secretenv",
        "exec.mount.bind", "exec.mount.bind.readwrite-nooutput", "exec.mount.cache", "exec.mount.cache.sharing", "exec.mount.selector", "exec.mount.tmpfs",
        "exec.mount.tmpfs.size", "exec.mount.secret", "exec.mount.ssh", "exec.mount.cache.content",
        "file.base", "file.rm.wildcard", "file.rm.nofollowsymlink", "file.copy.includeexcludepatterns", "file.copy.alwaysreplaceexistingdestpaths", "file.copy.modestring",
        "file.symlink.create",
        "constraints", "platform", "meta.ignorecache", "meta.description", "meta.exportcache",
        "mergeop", "diffop",
        "exporter.image.annotations", "exporter.image.attestations", "exporter.multiple",
        // Without these, clients leave such caches out and do not say so.
        "cache.gha", "cache.s3",
    ];

    /// <summary>What the gateway does.</summary>
    public static IEnumerable<APICap> Gateway => s_gateway.Select(Enabled);

    /// <summary>What graphs may contain, builds may be exported as, and caches may be kept in.</summary>
    public static IEnumerable<APICap> Graph => s_graph.Select(Enabled);

    private static APICap Enabled(string id) => new() { ID = id, Enabled = true };
}
