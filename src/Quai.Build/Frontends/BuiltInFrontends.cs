using Quai.Oci.Images;

namespace Quai.Build.Frontends;

/// <summary>The frontends that are images elsewhere and built in here: nothing is pulled for them.</summary>
public static class BuiltInFrontends
{
    private static readonly string[] s_dockerfile = ["docker/dockerfile", "docker/dockerfile-upstream"];

    /// <summary>Whether an image's name, whatever its tag, is that of the frontend for Dockerfiles.</summary>
    public static bool Has(ImageReference reference) => s_dockerfile.Contains(reference.FamiliarName);
}
