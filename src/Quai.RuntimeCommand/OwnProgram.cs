using System.Runtime.InteropServices;
using Quai.Linux.Kernel;
using Quai.Linux.Processes;

namespace Quai.RuntimeCommand;

/// <summary>
/// This program's own file, kept out of reach of what it runs: containers must not find a way to write to it.
/// Where the kernel permits it, the child that becomes a container's process switches to a read-only mount; otherwise the program is started again, from a sealed file.
/// </summary>
internal static unsafe class OwnProgram
{
    /// <summary>What a child switches to; null if this process runs from a sealed file.</summary>
    public static ProgramImage* Image { get; private set; }

    /// <summary>Call before anything else is done for a container: may restart the program.</summary>
    public static void Protect()
    {
        ProgramImage* image = (ProgramImage*)NativeMemory.AlignedAlloc((nuint)sizeof(ProgramImage), 16);
        if (!SealedProgram.IsSealed() && ProgramImage.TryPrepare(image))
        {
            Image = image;
        }
        else
        {
            NativeMemory.AlignedFree(image);
            SealedProgram.Enter("quai-runtime");
        }

        SystemCall.Quick(SystemCallNumber.Prctl, ProcessConstants.PR_SET_DUMPABLE, 0);
    }
}
