using Moi.Identity.Fido2.Fuzz;

return CommandLine.Run(args);
