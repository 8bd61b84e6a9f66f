"""French, of Europe and of West and Central Africa."""

from nlp.languages import Language, weights, word_set

_STOP = word_set("""
a à ai aient ailleurs ainsi alors après as au aucun aucune aujourd'hui auprès auquel aussi autour
autre autres aux avaient avais avait avant avec avez avoir avons ayant beaucoup bien bon c ça car
ce ceci cela celle celles celui cependant certain certaine certains ces cet cette ceux chaque chez
ci comme comment contre d dans de dedans dehors depuis des désormais deux devant devrait doit dois
donc dont du durant e elle elles en encore enfin ensuite entre environ es est et étaient étais
était été êtes être eu eux fait faire fais faut fois font furent hier hors ici il ils j je jour
jours jusqu jusqu'à l la là laquelle le lequel les leur leurs lors lorsque lui m ma mais malgré me
même mêmes mes mien moi moins mois mon monsieur madame n ne ni non nos notre nous on ont ou où par
parce parfois parmi pas pendant peu peut peuvent plus plusieurs plutôt pour pourquoi pourtant près
presque puis puisque qu quand que quel quelle quelles quels quelque quelques qui quoi rien s sa
sans sauf se selon sera serait ses si sien soi soit sommes son sont sous souvent suis sur t ta
tandis tant te tel telle tels tes toi ton toujours tous tout toute toutes très trop tu un une va
vais vers voici voilà voir vont vos votre vous vu y année années semaine semaines heure heures dit
dire disant dès afin sinon trois quatre cinq six sept huit neuf dix cent mille million millions
francs franc fcfa cfa euro euros j'ai c'est n'est qu'il qu'elle qu'on d'un d'une l'on s'il m'a
m'ont j'avais c'était aller
""")

_SHARED = word_set("""
corruption corrompu corrompus corrompre pot-de-vin pots-de-vin pot vin vins bakchich bakchichs
payer paye payé payés payée paient paiement argent somme montant espèces demande demandé demander
demandent demandait exige exigé exigent exiger agent agents officier officiers fonctionnaire
fonctionnaires bureau bureaux service services plainte plaintes dossier affaire problème problèmes
cas personne personnes gens chef d'argent l'argent l'agent l'officier illégal illégale officieux
travail travaille obligé obligés forcé verser versé
""")

_COMPLAINT = word_set("""
corruption corrompu corrompus pot-de-vin pots-de-vin vin bakchich racket rackette rackettés
raquette exige exigé exigent extorsion extorque extorqué menace menacé menacer harcèlement harcelé
fraude fraudes frauder douane douanes douanier douaniers douanière déclaration déclarant
transitaire transitaires conteneur conteneurs marchandise marchandises saisie saisi saisies bloqué
bloquée bloquent bloquer amende amendes pénalité reçu quittance quittances contrôle contrôleur
inspecteur inspecteurs vérificateur brigade brigadier gendarme gendarmes policier policiers police
frontière port terminal entrepôt licence agrément autorisation certificat permis passeport visa
impôt impôts taxe taxes droits valeur facture factures sous-évaluation contrebande trafic
complicité complice favoritisme népotisme plainte plaindre abus injustice injuste refuse refusé
refusent retard retardé dossier signature agent agents fonctionnaire fonctionnaires marché appel
d'offres poste nomination mutation recrutement camion camions chauffeur chauffeurs passer entente
silence représailles payer payé argent commerçant commerçante commerçants importateur exportateur
guichet tarif
""")

_SHOP = weights("""
1: code promo, codes promo, livraison gratuite, cliquez ici, visitez notre site
1: prêt entre particuliers, offre de prêt, retour affectif, retour d'affection
1: puissant marabout, devis gratuit, satisfait ou remboursé, bonjour le monde
1: ceci est un test
0.9: bon de réduction, acheter en ligne, offre spéciale, offre limitée, perdre du poids
0.9: prêt rapide, crédit rapide, voyance, agence digitale, marketing digital
0.9: création de site, abonnez vous, suivez nous, vous avez été sélectionné
0.9: clients satisfaits, gagné un prix
0.8: meilleur prix, meilleurs prix, complément alimentaire, gagner de l'argent, investissez
0.8: marabout, je suis une veuve, agissez maintenant
0.7: achetez, commandez, à vendre, maigrir, travail à domicile, faits main, fait main
0.7: grand choix, téléchargez, cigarette électronique, cher ami
0.6: notre site, pas cher, soldes, bitcoin, forex, casino, référencement, nos services
0.6: contactez nous, qualité supérieure, profitez, sans examen, sans risque
0.5: en vente, nous offrons, nous proposons, félicitations
0.4: rencontre, hôtels, chaussures, montres, ça marche
0.3: réduction, promotion, régime, investir
""")

_COMPLAINTS = (
    "L'inspecteur a demandé de l'argent avant de signer la mainlevée.",
    "J'ai dû payer un pot-de-vin pour récupérer mon conteneur.",
    "Le dossier est bloqué tant que rien n'est versé.",
    "La douane exige des frais sans quittance.",
    "Les agents du barrage routier rackettent les chauffeurs.",
    "Le transitaire s'entend avec le vérificateur pour baisser la valeur.",
    "Menace d'amende si nous ne payons pas.",
    "Corruption au bureau de la frontière.",
    "Les postes du port sont vendus.",
    "Un concurrent passe ses marchandises sans contrôle.",
    "Payé pour obtenir un certificat.",
    "Contrôle de police, argent pris sans reçu.",
)

_ADVERTS = (
    "Achetez en ligne au meilleur prix, livraison gratuite.",
    "Codes promo et bons de réduction pour vos magasins préférés.",
    "Perdez du poids rapidement grâce à nos gélules naturelles.",
    "Offre de prêt entre particuliers, rapide et sans frais.",
    "Gagnez de l'argent depuis chez vous en investissant dans le bitcoin.",
    "Puissant marabout, retour affectif garanti, appelez maintenant.",
    "Agence de marketing digital et création de sites internet.",
    "Chaussures en cuir faites main, collection limitée.",
    "Cigarette électronique et recharges à petit prix.",
    "Hôtels et séjours pas chers, réservez aujourd'hui.",
    "Pièces détachées et accessoires pour voitures, à vendre.",
    "Déménagement professionnel, devis gratuit.",
)

LANGUAGE = Language(
    tag="fr",
    stop=_STOP,
    shared=_SHARED,
    complaint=_COMPLAINT,
    shop=_SHOP,
    complaints=_COMPLAINTS,
    adverts=_ADVERTS,
)
