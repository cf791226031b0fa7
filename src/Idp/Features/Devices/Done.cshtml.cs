using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace Moi.Identity.Idp.Features.Devices;

/// <summary><c>/device/done</c>: what the answer did. It says the same to everybody who opens it.</summary>
[AllowAnonymous]
internal sealed class DoneModel : PageModel
{
    internal bool IsApproved => Request.Query["answer"] == "approve";
}
