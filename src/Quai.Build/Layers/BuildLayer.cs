namespace Quai.Build.Layers;

/// <summary>A layer of a result: a folder of files that never change, which says what is other than in the layers below.</summary>
/// <param name="Id">Its id among those of builds.</param>
/// <param name="Directory">The folder, in overlayfs's form.</param>
/// <param name="Size">Bytes of its files.</param>
public sealed record BuildLayer(string Id, string Directory, long Size);
