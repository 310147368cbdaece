using Quai.Oci.Images;

namespace Quai.Build.Attestations.Provenance;

/// <summary>What a source of a graph was when it was looked up.</summary>
internal abstract record MaterialSource
{
    private MaterialSource()
    {
    }

    /// <summary>Adds it to what a result was made of.</summary>
    public abstract void AddTo(BuildMaterials materials);

    /// <summary>An image.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="For">The platform that it was asked for.</param>
    /// <param name="Pin">The digest of its manifest, or its index.</param>
    public sealed record OfImage(ImageReference Name, Platform? For, Digest Pin) : MaterialSource
    {
        /// <inheritdoc/>
        public override void AddTo(BuildMaterials materials) => materials.Images[PackageUrls.Of(Name, For)] = Pin;
    }

    /// <summary>A commit of git.</summary>
    /// <param name="Address">The repository, with the branch that was asked for; without passwords.</param>
    /// <param name="Commit">The commit.</param>
    public sealed record OfCommit(string Address, string Commit) : MaterialSource
    {
        /// <inheritdoc/>
        public override void AddTo(BuildMaterials materials) => materials.Commits[Address] = Commit;
    }

    /// <summary>A file of a server.</summary>
    /// <param name="Address">Where it is; without passwords.</param>
    /// <param name="Pin">Its digest.</param>
    public sealed record OfFile(string Address, Digest Pin) : MaterialSource
    {
        /// <inheritdoc/>
        public override void AddTo(BuildMaterials materials) => materials.Files[Address] = Pin;
    }

    /// <summary>A directory of the client.</summary>
    /// <param name="Name">Its name.</param>
    public sealed record OfDirectory(string Name) : MaterialSource
    {
        /// <inheritdoc/>
        public override void AddTo(BuildMaterials materials) => materials.Directories.Add(Name);
    }
}
