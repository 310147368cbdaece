using System.Security.Cryptography;
using Quai.Errors;
using Quai.Oci.Images;

namespace Quai.BuildClient.Layouts;

/// <summary>A blob that is being written: it is among the folder's blobs once it is complete and its digest is right.</summary>
internal sealed class LayoutUpload : IDisposable
{
    private readonly LayoutFolder _folder;
    private readonly string _path;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Digest? _expected;

    /// <summary>Begins one.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="expected">The digest that it must have; null for whatever it has.</param>
    public LayoutUpload(LayoutFolder folder, Digest? expected)
    {
        _folder = folder;
        _expected = expected;
        if (expected is { AlgorithmName: var name } && name != HashAlgorithmName.SHA256)
        {
            _hash.Dispose();
            _hash = IncrementalHash.CreateHash(name);
        }

        Directory.CreateDirectory(folder.UploadPath);
        _path = Path.Combine(folder.UploadPath, Guid.NewGuid().ToString("N"));
        _file = new FileStream(_path, FileMode.CreateNew, FileAccess.Write);
    }

    /// <summary>How much there is.</summary>
    public long Length { get; private set; }

    /// <summary>When it was begun.</summary>
    public DateTime StartedAt { get; } = DateTime.UtcNow;

    /// <summary>Begins again from an offset, which can be the end or the beginning.</summary>
    /// <exception cref="QuaiException">It is neither.</exception>
    public void Seek(long offset)
    {
        if (offset == 0 && Length > 0)
        {
            _file.SetLength(0);
            _file.Position = Length = 0;
            _hash.GetHashAndReset();
        }

        if (offset != Length)
        {
            throw QuaiException.Invalid($"a blob is written from its end, which is at {Length}, and not at {offset}");
        }
    }

    /// <summary>Writes what follows.</summary>
    public void Write(ReadOnlySpan<byte> data)
    {
        _file.Write(data);
        _hash.AppendData(data);
        Length += data.Length;
    }

    /// <summary>Makes it a blob of the folder.</summary>
    /// <param name="total">How long it must be; 0 for however long it is.</param>
    /// <exception cref="QuaiException">It is another than expected.</exception>
    public Digest Commit(long total)
    {
        if (total > 0 && total != Length)
        {
            throw QuaiException.Invalid($"unexpected commit size {Length}, expected {total}");
        }

        Digest digest = Digest.FromHash(_hash.AlgorithmName, _hash.GetCurrentHash());
        if (_expected is { } expected && digest != expected)
        {
            throw QuaiException.Invalid($"unexpected commit digest {digest}, expected {expected}");
        }

        _file.Dispose();
        string place = _folder.Locate(digest);
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.Move(_path, place, overwrite: true);
        return digest;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
        File.Delete(_path);
    }
}
