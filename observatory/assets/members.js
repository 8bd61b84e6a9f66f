// The scripts of the members' pages: signing in, enrolling, approving. Reading needs none.
import { start as approving } from "./members/approve.js";
import { start as enrolling } from "./members/enrol.js";
import { start as inviting } from "./members/invite.js";
import { start as signingIn } from "./members/sign-in.js";

// What a page says as long as this does not run: scripts are off, or did not arrive.
for (const said of document.querySelectorAll("[data-without-script]")) said.remove();
signingIn();
enrolling();
approving();
inviting();
