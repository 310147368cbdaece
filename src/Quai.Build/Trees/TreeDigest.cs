using Quai.Build.Steps.Files;
using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using Quai.Build.Steps;
using Quai.Linux;
using Quai.Linux.Trees;

namespace Quai.Build.Trees;

/// <summary>
/// What a cache goes by: a digest of files, of all that a copy of them would have but times. Kind, mode, owner, attributes, where links lead, and the content.
/// </summary>
/// <param name="tree">The files.</param>
/// <param name="known">Digests of regular files' content that are known already, by their paths; null where none is.</param>
/// <param name="cancellation">Stops.</param>
internal sealed class TreeDigest(MergedTree tree, Func<string, byte[]?> known, CancellationToken cancellation)
{
    private const int Piece = 1 << 20;

    private readonly byte[] _buffer = new byte[Piece];

    /// <summary>The digest of what is at a path, with everything beneath it.</summary>
    /// <param name="path">A path without links.</param>
    /// <param name="choose">What counts, by the path relative to that one and whether it is a directory; null for everything.</param>
    public byte[] Of(string path, Func<string, bool, CopyChoice>? choose = null)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        if (path == "/")
        {
            using MergedDirectory root = tree.OpenRoot();
            Content(hash, root, "", "", choose);
            return hash.GetHashAndReset();
        }

        using MergedDirectory? parent = tree.OpenDirectory(MergedTree.Parent(path));
        byte[] name = MergedTree.Name(MergedTree.Base(path));
        if (parent?.Find(name) is { } entry)
        {
            Entry(hash, parent, name, entry, path, "", choose);
        }

        return hash.GetHashAndReset();
    }

    private void Content(IncrementalHash hash, MergedDirectory directory, string path, string relative, Func<string, bool, CopyChoice>? choose)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach ((byte[] name, MergedEntry entry) in directory.Entries())
        {
            cancellation.ThrowIfCancellationRequested();
            string text = MergedTree.Text(name), inner = relative.Length == 0 ? text : $"{relative}/{text}";
            CopyChoice choice = choose?.Invoke(inner, entry.Status.IsDirectory) ?? CopyChoice.Taken;
            if (choice == CopyChoice.LeftOut)
            {
                continue;
            }

            hash.AppendData(name);
            Entry(hash, directory, name, entry, $"{path}/{text}", inner, choose);
        }

        hash.AppendData([0]);
    }

    private void Entry(IncrementalHash hash, MergedDirectory parent, byte[] name, MergedEntry entry, string path, string relative, Func<string, bool, CopyChoice>? choose)
    {
        NodeStatus status = entry.Status;
        Span<byte> fixedPart = stackalloc byte[20];
        BinaryPrimitives.WriteUInt32LittleEndian(fixedPart, status.Mode);
        BinaryPrimitives.WriteUInt32LittleEndian(fixedPart[4..], status.Uid);
        BinaryPrimitives.WriteUInt32LittleEndian(fixedPart[8..], status.Gid);
        BinaryPrimitives.WriteUInt32LittleEndian(fixedPart[12..], status.NodeMajor);
        BinaryPrimitives.WriteUInt32LittleEndian(fixedPart[16..], status.NodeMinor);
        hash.AppendData(fixedPart);
        foreach ((byte[] attribute, byte[] value) in parent.Attributes(name, entry).OrderBy(a => Encoding.Latin1.GetString(a.Name), StringComparer.Ordinal))
        {
            hash.AppendData(attribute);
            hash.AppendData([0]);
            hash.AppendData(SHA256.HashData(value));
        }

        if (status.IsDirectory)
        {
            using MergedDirectory? opened = parent.OpenDirectory(name);
            if (opened is not null)
            {
                Content(hash, opened, path, relative, choose);
            }
        }
        else if (status.IsLink)
        {
            hash.AppendData(parent.ReadLink(name, entry) ?? []);
        }
        else if (status.IsRegular)
        {
            hash.AppendData(known(path) ?? FileDigest(parent, name, entry));
        }
    }

    private byte[] FileDigest(MergedDirectory parent, byte[] name, MergedEntry entry)
    {
        using FileDescriptor? file = parent.OpenFile(name, entry);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        int count;
        while (file is not null && (count = FileCalls.TryRead(file.Number, _buffer)) != 0)
        {
            cancellation.ThrowIfCancellationRequested();
            hash.AppendData(_buffer.AsSpan(0, count > 0 ? count : throw new LinuxException("read", -count, MergedTree.Text(name))));
        }

        return hash.GetHashAndReset();
    }
}
